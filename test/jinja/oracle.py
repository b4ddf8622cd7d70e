"""Renders a case with Python's Jinja2, set up as dbt sets it up.

With dbt installed its own environment is used; without it one with the same settings, written here.
"""
import ast
import itertools
import signal
from collections.abc import Mapping

import jinja2
import jinja2.ext
import jinja2.nativetypes
import jinja2.parser
import jinja2.sandbox
from jinja2 import nodes

try:
    from dbt_common.clients import jinja as dbt_jinja
except ImportError:
    dbt_jinja = None


class MacroReturn(Exception):
    pass


class JinjaRenderingError(Exception):
    pass


class Thing:
    """An object with attributes; jinja_driver.cpp has the same."""

    one, text, _hidden = 1, "txt", "hidden"

    def hello(self, name="you"):
        return f"hello {name}"

    def __repr__(self):
        return "<Thing>"

    def __str__(self):
        return "thing"


class Relation(Mapping):
    """A mapping that is not a dict."""

    _items = {"schema": "s", "name": "n"}

    def __getitem__(self, key):
        return self._items[key]

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        return "<Relation>"


def return_(data=None):
    raise MacroReturn(data)


class Echo:
    """A function whose text says nothing of where it lives in memory."""

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def __repr__(self):
        return "<function echo>"


class PrefixParser(jinja2.parser.Parser):
    def parse_macro(self):
        node = super().parse_macro()
        node.name = "dbt_macro__" + node.name
        return node


class BlockTags(jinja2.ext.Extension):
    """The tags test and docs as macros."""

    tags = {"test", "docs"}

    def parse(self, parser):
        tag = next(parser.stream)
        node = nodes.Macro(lineno=tag.lineno)
        name = parser.parse_assign_target(name_only=True).name
        node.args, node.defaults = [], []
        if tag.value == "test":
            parser.parse_signature(node)
        node.name = ("dbt_macro__test_" if tag.value == "test" else "dbt_docs__") + name
        node.body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        return node


class Lenient(jinja2.Undefined):
    """What dbt uses while parsing: more undefined for whatever is asked of it."""

    def __init__(self, hint=None, obj=None, name=None, exc=None):
        super().__init__(hint=hint, name=name)
        self.name, self.hint, self.node = name, hint, None
        self.unsafe_callable = self.alters_data = False

    def __getitem__(self, key):
        return self

    def __getattr__(self, name):
        if name == "name" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        return type(self)(hint=self.hint, name=name)

    def __call__(self, *args, **kwargs):
        return self


class Marked(str):
    wanted = None


class AsBool(Marked):
    wanted = "bool"


class AsNumber(Marked):
    wanted = "number"


class AsText(str):
    pass


class PrefixEnvironment(jinja2.sandbox.SandboxedEnvironment):
    def _parse(self, source, name, filename):
        return PrefixParser(self, source, name, filename).parse()


class PlainEnvironment(jinja2.sandbox.SandboxedEnvironment):
    pass


def native(base):
    return type("Native" + base.__name__, (base,), {"code_generator_class": jinja2.nativetypes.NativeCodeGenerator})


def join_native(pieces):
    """A lone piece keeps its value; a marked one becomes the literal it spells."""
    head = list(itertools.islice(pieces, 2))
    if len(head) == 2:
        return "".join(str(piece) for piece in itertools.chain(head, pieces))
    if not head:
        return ""
    piece = head[0]
    if isinstance(piece, AsText):
        return str(piece)
    if not isinstance(piece, Marked):
        return piece
    try:
        value = ast.literal_eval(piece)
    except (ValueError, SyntaxError, MemoryError):
        value = piece
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if piece.wanted == "bool" and not isinstance(value, bool) or piece.wanted == "number" and not is_number:
        raise JinjaRenderingError(f"Could not convert value '{piece!s}' into type '{piece.wanted}'")
    return value


def own_environment(case):
    base = PrefixEnvironment if case.get("dbt_names") else PlainEnvironment
    base = native(base) if case.get("native") else base
    undefined = Lenient if case.get("lenient") else jinja2.Undefined
    env = base(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", BlockTags], undefined=undefined)
    marks = [("as_text", AsText), ("as_bool", AsBool), ("as_native", Marked), ("as_number", AsNumber)]
    for name, mark in marks:
        env.filters[name] = mark if case.get("native") else lambda x: x
    env.filters["is_list"] = lambda x: isinstance(x, list)
    return env


_environments = {}


def environment(case):
    key = tuple(bool(case.get(k)) for k in ("dbt_names", "native", "lenient"))
    if key not in _environments:
        if dbt_jinja and case.get("dbt_names"):
            _environments[key] = dbt_jinja.get_environment(None, capture_macros=key[2], native=key[1])
        else:
            _environments[key] = own_environment(case)
    return _environments[key]


def context_of(case):
    context = dict(case.get("context") or {})
    context.update({"return": return_, "echo": Echo(), "thing": Thing(), "rel": Relation()})
    return context


def run(case):
    env = environment(case)
    template = env.from_string(case["template"], globals=None)
    context = context_of(case)
    if not case.get("native"):
        return {"text": "".join(template.root_render_func(template.new_context(context)))}
    pieces = template.root_render_func(template.new_context(context))
    value = dbt_jinja.quoted_native_concat(pieces) if dbt_jinja and case.get("dbt_names") else join_native(pieces)
    return {"repr": repr(str(value) if isinstance(value, str) else value)}


CLASSES = {
    "TemplateAssertionError": "TemplateSyntaxError",
    "SyntaxError": "TemplateSyntaxError",
    "RuntimeError": "TemplateRuntimeError",
}


def render(case, seconds=2):
    """{"text"}, {"repr"} or {"error", "message", "line"}; None when it takes too long."""

    def too_long(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        return run(case)
    except TimeoutError:
        return None
    except Exception as error:  # every class is compared
        name = type(error).__name__
        line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else None
        return {"error": CLASSES.get(name, name), "message": getattr(error, "message", None) or str(error), "line": line}
    finally:
        signal.alarm(0)
