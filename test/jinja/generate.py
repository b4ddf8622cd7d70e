"""Templates out of a grammar: mostly well-typed, so that most render and the rest fail at run time."""
import random

CONTEXT = {
    "n": 3, "m": -7, "z": 0, "f": 2.5, "g": -0.125, "big": 1e22,
    "s": "Hello World", "w": "  pad ded\t\n", "u": "Ünïcödé ß ǆ Σας 漢字 😀", "q": "it's \"quoted\" \\ \n", "e": "",
    "num": "42", "fnum": "3.14", "html": "<a href='x'>b & c</a>", "csv": "a,b,,c",
    "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "nested": [[1, 2], [3], []], "mixed": [1, "a", None, 2.5, True],
    "d": {"a": 1, "b": {"c": [1, 2]}, "items": 5, "k e y": "v"},
    "ld": [{"name": "x", "v": 2, "g": "P"}, {"name": "y", "v": 1, "g": "q"}, {"name": "Z", "v": 2, "g": "p"}],
    "nothing": None, "yes": True, "no": False, "empty_list": [], "empty_dict": {},
}
NUMBERS = ["n", "m", "z", "f", "g"]
TEXTS = ["s", "w", "u", "q", "e", "num", "fnum", "html", "csv"]
LISTS = ["l", "ls", "nested", "mixed", "empty_list", "ld"]
DICTS = ["d", "empty_dict"]
ODD = ["missing", "nothing", "yes", "no", "thing", "rel", "echo", "big"]

# Each list: what fits its type, and what does not always.
TEXT_FILTERS = ([
    "upper", "lower", "trim", "title", "capitalize", "string", "length", "replace('l', 'L')", "replace('', '-', 2)", "wordcount",
    "center(20)", "indent", "indent(2, true)", "indent(3, blank=true)", "truncate(8)", "truncate(5, true, '')", "list", "first", "last", "reverse",
    "int", "float", "int(7)", "float(1.5)", "default('x')", "default('x', true)", "urlencode", "trim('H ')", "e", "forceescape", "striptags",
    "tojson", "int(0, 16)", "join('-')", "list|join('|')", "unique|list", "sort|join", "map('upper')|join", "select|list", "batch(3)|list",
    "as_native", "as_text", "is_list", "safe", "slice(3)|list", "count", "replace('o', '0')|upper", "lower|title",
], ["filesizeformat", "format(1)", "as_bool", "as_number", "abs", "round", "sum", "items", "nope", "truncate(1)", "attr('nope')", "map(attribute='x')|list", "max", "replace('a')"])
NUMBER_FILTERS = ([
    "abs", "int", "float", "round", "round(1)", "round(2, 'floor')", "round(1, 'ceil')", "string", "default(1)", "tojson", "round(-1)", "filesizeformat",
    "filesizeformat(true)", "upper", "as_number", "as_native", "round(0)|int", "abs|string", "urlencode", "e",
], ["length", "list", "join", "sum", "round(1, 'nope')", "first", "nope", "indent", "items|list"])
LIST_FILTERS = ([
    "join", "join(', ')", "length", "first", "last", "list", "reverse|list", "map('string')|list", "select|list", "reject('none')|list", "select('string')|list",
    "batch(2)|list", "batch(2, 'x')|list", "slice(2)|list", "slice(2, 'f')|list", "tojson", "tojson(indent=2)", "string", "is_list", "map('default', 0)|list", "count", "as_native",
    "reverse|first", "list|length", "select('number')|list", "reject('string')|list|length", "map('string')|map('upper')|join(' ')", "map('string')|sort|first", "select('in', l)|list", "map(attribute='name', default='?')|join(',')",
    "selectattr('nope')|list", "default([])", "select('sameas', none)|list", "map('tojson')|join", "list|reverse|list",
], [
    "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "unique|list", "max", "min", "sum", "map('upper')|list", "map('nope')|list", "map()|list", "select('nope')|list", "items|list", "dictsort", "map('int')|sum",
    "map('length')|list", "sum(start=10)", "groupby('v')", "map(attribute='name')|list", "select('odd')|list", "map(attribute=0)|list", "random|string|length", "sort|join", "xmlattr",
])
ROWS_FILTERS = [
    "map(attribute='name')|list", "map(attribute='v')|sum", "selectattr('v', 'equalto', 2)|list", "rejectattr('v', 'gt', 1)|list", "selectattr('name')|map(attribute='v')|list", "groupby('v')", "groupby('g')|list",
    "groupby('g', case_sensitive=true)", "sort(attribute='v,name')", "sort(attribute='v')|map(attribute='name')|join", "sum(attribute='v')", "unique(attribute='v')|list", "max(attribute='v')", "min(attribute='name')",
    "join('/', attribute='name')", "selectattr('v', 'in', [1])|list", "sort(attribute='name', reverse=true)", "map(attribute='zz', default=0)|list", "groupby('zz', default='none')", "sort(attribute='zz')|length",
    "sort(case_sensitive=true, attribute='g')|map(attribute='g')|join", "rejectattr('zz', 'defined')|list|length", "groupby('v')|map(attribute='grouper')|list", "groupby('v')|map('last')|map('length')|list",
]
DICT_FILTERS = ([
    "dictsort", "dictsort(reverse=true)", "length", "list", "tojson", "tojson(2)", "items|list", "first", "last", "string", "join(',')", "xmlattr", "urlencode", "map('upper')|list", "default({})", "unique|list", "as_native", "reverse|list", "dictsort(true)",
], ["dictsort(by='value')", "sort", "max", "dictsort(false, 'nope')", "attr('a')", "sum", "round"])
TESTS = ([
    "none", "string", "mapping", "defined", "iterable", "number", "sequence", "undefined", "boolean", "true", "false", "integer", "float", "callable", "lower", "upper", "eq 3", "ne(2)", "in [1, 3, 'a']", "sameas none",
    "equalto 'x'", "not none", "not string", "escaped", "not defined", "not mapping",
], ["odd", "even", "divisibleby 3", "divisibleby(2)", "lt 5", "ge(1.5)", "gt 'a'", "filter", "test", "nope", "eq", "in 3", "string(1)"])
TEXT_METHODS = ([
    "upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip('H ')", "rstrip()", "replace('l', 'LL', 1)", "center(15, '*')", "ljust(14, '.')", "rjust(14)", "zfill(8)", "removeprefix('He')", "removesuffix('ld')",
    "expandtabs(4)", "casefold()", "translate({72: 'J', 101: none})", "join(['a', 'b'])", "join(ls)", "format(1, x=2)", "strip('aeiou')", "replace('', '.')", "rjust(3, '-')",
], ["nope()", "__class__", "join(mixed)", "split('')", "strip(1)", "upper(1)", "center()", "index('zz')", "format_map({'x': 1})", "join(1)", "ljust(5, '')"])
TEXT_QUESTIONS = [
    "split()", "split(',')", "split('l', 1)", "rsplit(None, 1)", "rsplit('l', 1)", "splitlines()", "splitlines(true)", "find('o')", "rfind('o')", "find('zz')", "count('l')", "startswith('He')", "endswith(('d', 'x'))",
    "isdigit()", "isalpha()", "isupper()", "islower()", "istitle()", "isspace()", "isalnum()", "isidentifier()", "isnumeric()", "isdecimal()", "isprintable()", "isascii()", "partition('o')", "rpartition('o')", "partition('zz')",
    "find('l', 3)", "find('l', -3, 10)", "count('')", "startswith('W', 6)", "find('')", "rfind('l', 0, 3)", "split(none, 2)", "endswith('d', -2)",
]
LIST_METHODS = ([
    "append(4)", "extend([5, 6])", "insert(1, 'i')", "count(1)", "copy()", "reverse()", "extend('ab')", "extend(range(2))", "insert(-1, none)", "clear()", "copy()|length",
], ["pop()", "pop(0)", "index(1)", "sort()", "remove(1)", "nope", "sort(reverse=true)", "pop(9)", "index('zz')", "append()"])
DICT_METHODS = ([
    "get('a')", "get('zz')", "get('zz', 9)", "keys()", "values()", "items()", "items()|list", "keys()|list", "update({'x': 1})", "pop('zz', none)", "setdefault('n', [])", "copy()", "zz", "update(y=2)", "clear()", "fromkeys([1, 2])",
    "update([['p', 1]])", "items()|length", "keys()|sort", "values()|list|length", "get('b', {}).get('c')",
], ["pop('a')", "a", "b.c", "popitem()", "pop('zz')", "get()", "values()|sum", "update(1)", "get([])"])
ANY_FORMATS = [
    "'%s'|format({0})", "'%r' % ({0},)", "'%s and %s' % ({0}, {1})", "'%(a)s' % {{'a': {0}}}", "'{{}} {{}}'.format({0}, {1})", "'{{0}}{{1}}{{0}}'.format({0}, {1})", "'{{x!r:^12}}'.format(x={0})", "'{{!s:>9}}'.format({0})", "'%.3s' % ({0},)",
    "'%%%s' % ({0},)", "'%-6s|' % ({0},)", "'%10r' % ({0},)", "'{{!r}}'.format({0})", "'%s-%%' % ({0},)", "'{{0!s:.3}}'.format({0})", "'%a' % ({0},)",
]
NUMBER_FORMATS = [
    "'%5.2f' % {0}", "'%d' % {0}", "'%05d' % {0}", "'{{:>8}}'.format({0})", "'{{:.2f}}'.format({0})", "'{{:,}}'.format({0})", "'{{:e}}'.format({0})", "'{{:+.1%}}'.format({0})", "'{{:*<10}}|'.format({0})", "'{{:_}}'.format({0})", "'{{:g}}'.format({0})",
    "'{{:{{}}}}'.format({0}, 6)", "'%+d % d' % ({0}, {1})", "'%e %G' % ({0}, {1})", "'%*d' % (6, {0})", "'{{:<5}}{{:^5}}'.format({0}, {1})", "'%i%%' % {0}", "'{{:010.3f}}'.format({0})", "'%g' % {0}", "'%.0f' % {0}", "'%-8.3e|' % {0}", "'{{:=+9}}'.format({0})",
    "'{{:012,.2f}}'.format({0})", "'%#.3g' % {0}", "'{{: .3e}}'.format({0})", "'{{:.0f}}'.format({0})", "'%+.2f' % {0}", "'{{:n}}'.format({0})",
]
RISKY_FORMATS = [
    "'%x' % {0}", "'{{:05d}}'.format({0})", "'{{0.a}} {{0[b]}}'.format({0})", "'{{:#x}}'.format({0})", "'{{:.3}}'.format({0})", "'{{'.format({0})", "'%' % {0}", "'%z' % {0}", "'%c' % {0}", "'%d' % {0}", "'{{:d}}'.format({0})", "'{{:s}}'.format({0})", "'{{}} {{0}}'.format({0})",
    "'{{x}}'.format({0})", "'%s %s' % {0}", "'%(a)s' % {0}", "'{{:zz}}'.format({0})", "'%#o %#X' % ({0}, {1})", "'{{1}}'.format({0})", "'{{!z}}'.format({0})", "'%5c|' % {0}", "'{{:b}}'.format({0})", "'%s' % {0}",
]


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.macros = []
        self.depth = 0
        self.names = []

    def pick(self, *options):
        return self.r.choice(options)

    def fit(self, lists, risk=0.03):
        return self.r.choice(lists[1] if self.r.random() < risk else lists[0])

    def chance(self, p):
        return self.r.random() < p

    # Expressions.
    def number(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.4:
            return self.pick(self.r.choice(NUMBERS), str(self.r.randint(0, 12)), str(self.r.randint(0, 2000)), "1.5", "0.1", "1e3", "7.0", "1_000", "-2", "0x1F")
        if r < 0.7:
            op = self.pick("+", "-", "*", "+", "-", "*", "/", "//", "%")
            if op in ("/", "//", "%"):
                return f"({self.number(d - 1)} {op} {self.pick('3', '7', '-2', '2.5', 'm', 'z' if self.chance(0.2) else 'f')})"
            return f"({self.number(d - 1)} {op} {self.number(d - 1)})"
        if r < 0.75:
            return f"({self.number(d - 1)} ** {self.r.randint(0, 4)})"
        if r < 0.85:
            return f"{self.sequence(d - 1)}|length"
        return f"({self.number(d - 1)})|{self.fit(NUMBER_FILTERS)}"

    def text(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.4:
            return self.pick(self.r.choice(TEXTS), "'abc'", '"d\\"q"', "'é\\n'", "'x' 'y'", "'\\u00e9\\x41'", "''", "'A-b c'")
        if r < 0.55:
            return f"({self.text(d - 1)} ~ {self.any(d - 1)})"
        if r < 0.62:
            return f"({self.text(d - 1)} + {self.plain_text()})"
        if r < 0.8:
            return f"{self.text(d - 1)}.{self.fit(TEXT_METHODS)}"
        if r < 0.86:
            kind = self.r.random()
            if kind < 0.4:
                return "(" + self.r.choice(ANY_FORMATS).format(self.any(d - 1), self.any(d - 1)) + ")"
            if kind < 0.92:
                return "(" + self.r.choice(NUMBER_FORMATS).format(self.number(d - 1), self.number(d - 1)) + ")"
            return "(" + self.r.choice(RISKY_FORMATS).format(self.any(d - 1), self.number(d - 1)) + ")"
        if r < 0.9:
            return f"({self.text(d - 1)} * {self.r.randint(-1, 3)})"
        return f"({self.text(d - 1)})|{self.fit(TEXT_FILTERS)}"

    def plain_text(self):
        return self.pick(self.r.choice(TEXTS), "'abc'", '"d\\"q"', "'x' 'y'", "''")

    def sequence(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.35:
            return self.r.choice(LISTS)
        if r < 0.5:
            items = ", ".join(self.any(d - 1) for _ in range(self.r.randint(0, 3)))
            return self.pick(f"[{items}]", f"[{items}]", f"({items},)" if items else "()")
        if r < 0.58:
            return f"range({self.r.randint(-2, 6)}{self.pick('', ', ' + str(self.r.randint(0, 9)), ', 9, 2', ', -3, -1')})"
        if r < 0.66:
            return f"({self.r.choice(LISTS)} + {self.pick(*LISTS, '[1]', '(2,)' if self.chance(0.2) else '[]')})"
        if r < 0.74:
            return f"{self.pick(*LISTS, *TEXTS)}[{self.bounds()}]"
        if r < 0.82:
            return f"ld|{self.r.choice(ROWS_FILTERS)}"
        if r < 0.86:
            return f"{self.r.choice(LISTS)}.{self.fit(LIST_METHODS)}"
        if r < 0.9:
            return f"{self.r.choice(TEXTS)}.{self.r.choice(TEXT_QUESTIONS)}"
        return f"{self.sequence(d - 1)}|{self.fit(LIST_FILTERS)}"

    def bounds(self):
        one = lambda: self.pick("", "0", "1", "-1", "2", "-5", "n")
        return self.pick(f"{one()}:{one()}", f"{one()}:{one()}:{self.pick('1', '-1', '2', '-2', '')}", "::-1", "0:1", "-1:", self.pick("0", "-1", "9", "'x'", "::0"))

    def mapping(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.4:
            return self.r.choice(DICTS)
        if r < 0.6:
            pairs = ", ".join(f"{self.pick(repr(self.pick('a', 'b', 'Z')), self.number(0), 'none', 'true')}: {self.any(d - 1)}" for _ in range(self.r.randint(0, 3)))
            return "{" + pairs + "}"
        if r < 0.7:
            return f"dict(d, x={self.any(d - 1)})"
        if r < 0.85:
            return f"{self.mapping(d - 1)}.{self.fit(DICT_METHODS)}"
        return f"{self.mapping(d - 1)}|{self.fit(DICT_FILTERS)}"

    def boolean(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.2:
            return self.pick("yes", "no", "true", "false", "not no", "missing", "nothing")
        if r < 0.45:
            kind = self.pick(self.number, lambda _: self.plain_text(), self.any)
            op = self.pick("==", "!=", "<", "<=", ">", ">=") if kind != self.any or self.chance(0.05) else self.pick("==", "!=")
            extra = f" {self.pick('<', '==', '>=')} {kind(d - 1)}" if self.chance(0.15) else ""
            return f"({kind(d - 1)} {op} {kind(d - 1)}{extra})"
        if r < 0.6:
            inside = self.pick(self.r.choice(LISTS), self.r.choice(LISTS), f"range({self.r.randint(0, 9)})", self.any(d - 1) if self.chance(0.1) else "ls")
            return self.pick(f"({self.any(d - 1)} {self.pick('in', 'not in')} {inside})", f"({self.plain_text()} {self.pick('in', 'not in')} {self.pick('d', *TEXTS)})")
        if r < 0.8:
            return f"({self.any(d - 1)} is {self.pick('', 'not ')}{self.fit(TESTS)})"
        if r < 0.92:
            return f"({self.any(d - 1)} {self.pick('and', 'or')} {self.any(d - 1)})"
        return f"(not {self.any(d - 1)})"

    def any(self, d):
        r = self.r.random()
        if self.names and r < 0.1:
            return self.r.choice(self.names)
        if r < 0.3:
            return self.number(d)
        if r < 0.52:
            return self.text(d)
        if r < 0.7:
            return self.sequence(d)
        if r < 0.8:
            return self.mapping(d)
        if r < 0.88:
            return self.boolean(d)
        if r < 0.92:
            return self.r.choice(ODD)
        if r < 0.96:
            return f"({self.any(d - 1)} if {self.boolean(d - 1)}{' else ' + self.any(d - 1) if self.chance(0.8) else ''})" if d > 0 else "n"
        return self.pick("missing.attr", "thing.one", "thing.hello('x')", "thing._hidden", "rel.schema", "rel['name']", "rel.zz", "echo(1, a=2)", "d['b']['c'][0]", "ld[0].name",
                         "ld.0.v", "nested[0][1]", "missing|default('dflt')", "missing.a.b|default('q')", "d.b.c.1", "echo(*l, **d)", "thing['text']", "missing()", "n()", "echo(*[1], **{'k': 2})", "namespace(a=1).a", "thing.nope", "rel|length", "'a' 'b'", "rel is mapping", "thing|string")

    # Statements.
    def tag(self, text):
        left = self.pick("", "", "", "-", "+") if self.chance(0.4) else ""
        right = self.pick("", "", "-", "+") if self.chance(0.4) else ""
        return "{%" + left + " " + text + " " + right + "%}"

    def out(self, expression):
        left = self.pick("-", "+") if self.chance(0.12) else ""
        right = "-" if self.chance(0.12) else ""
        return "{{" + left + " " + expression + " " + right + "}}"

    def filler(self):
        return self.pick(" ", "\n", "x", " a\n  b ", "\n\n", "", "select 1", "\t", "{# note #}", "{#- c -#}", "é", "\r\n", "{% raw %}{{ x }}{% endraw %}", "--", "' } % # {")

    def body(self, d):
        return "".join(self.statement(d) for _ in range(self.r.randint(1, 2)))

    def statement(self, d):
        r = self.r.random()
        if d <= 0 or r < 0.45:
            return self.filler() + self.out(self.any(2))
        if r < 0.55:
            text = self.tag("if " + self.boolean(2)) + self.body(d - 1)
            if self.chance(0.3):
                text += self.tag("elif " + self.boolean(1)) + self.body(d - 1)
            if self.chance(0.5):
                text += self.tag("else") + self.body(d - 1)
            return text + self.tag("endif")
        if r < 0.68:
            return self.loop(d)
        if r < 0.78:
            return self.assignment(d)
        if r < 0.85:
            return self.macro(d)
        if r < 0.88:
            return self.tag("do " + self.pick("l.append(", "ls.extend([", "d.update(x=").replace("([", "(") + self.any(1) + ")")
        if r < 0.91:
            return self.tag("filter " + self.pick("upper", "trim", "replace('a', 'b')", "indent(2)", "length", "lower|title", "nope")) + self.body(d - 1) + self.tag("endfilter")
        if r < 0.94:
            return self.tag(f"with x = {self.any(1)}, y = {self.any(1)}") + self.out("x") + self.body(d - 1) + self.tag("endwith")
        if r < 0.97:
            return self.tag("set ns = namespace(total=0, seen=[])") + self.tag(f"for i in {self.sequence(1)}") + self.tag("set ns.total = ns.total + 1") + self.tag("do ns.seen.append(i)") + self.tag("endfor") + self.out("ns.total") + self.out("ns.seen")
        return self.call_block(d)

    def loop(self, d):
        target, items = self.pick(("i", self.sequence(2)), ("i", self.any(1)), ("k, v", "d.items()"), ("k, v", f"{self.mapping(1)}.items()"), ("a, b", "[(1, 2), [3, 4]]"), ("a, (b, c)", "[(1, (2, 3))]"), ("c", self.text(1)), ("i", "range(4)"))
        test = f" if {self.pick(target.split(',')[0].strip(), 'n')} {self.pick('!= 1', 'is string', 'is not none', 'in l', '> 1')}" if self.chance(0.25) else ""
        self.names.append(target.split(",")[0])
        inside = self.body(d - 1)
        if self.chance(0.5):
            inside += self.out(self.pick("loop.index", "loop.first", "loop.last", "loop.length", "loop.revindex", "loop.previtem", "loop.nextitem", "loop.cycle('a', 'b')", "loop.changed(n)", "loop.index0 ~ '/' ~ loop.revindex0", "loop.depth", "loop"))
        if self.chance(0.2):
            inside += self.tag(f"if {self.boolean(1)}") + self.tag(self.pick("break", "continue")) + self.tag("endif")
        if self.chance(0.3):
            inside += self.tag("set carried = 1")
        if self.chance(0.15):
            inside += self.tag("if not loop.last") + "," + self.tag("endif")
        self.names.pop()
        otherwise = self.tag("else") + self.body(d - 1) if self.chance(0.2) else ""
        if self.chance(0.06):
            return self.tag("for i in nested recursive") + self.out("loop(i) if i is iterable else i") + self.tag("endfor")
        return self.tag(f"for {target} in {items}{test}") + inside + otherwise + self.tag("endfor") + (self.out("carried is defined") if self.chance(0.3) else "")

    def assignment(self, d):
        name = self.pick("x", "y", "n", "l2", "s")
        r = self.r.random()
        if r < 0.5:
            text = self.tag(f"set {name} = {self.any(2)}")
        elif r < 0.6:
            text = self.tag(f"set x, y = {self.pick(self.any(1) + ', ' + self.any(1), self.sequence(1))}")
        elif r < 0.9:
            text = self.tag(f"set {name}{self.pick('', '', ' | upper', ' | trim | length')}") + self.body(d - 1) + self.tag("endset")
        else:
            text = self.tag(f"set ns.a = {self.any(1)}")
        if name not in self.names:
            self.names.append(name)
        return text + (self.out(name) if self.chance(0.6) else "")

    def macro(self, d):
        name = f"m{len(self.macros)}"
        signature = self.pick("", "a", "a, b=2", "a, b=a", "a, b=n, c='x'", "x=none")
        outer, self.names = self.names, ["a", "b", "varargs", "kwargs"] if self.chance(0.7) else ["a"]
        inside = self.body(d - 1)
        if self.chance(0.25):
            inside += self.tag(f"do return({self.any(1)})") if self.chance(0.3) else self.out("caller() if caller else 'none'")
        self.names = outer
        self.macros.append(name)
        text = self.tag(f"macro {name}({signature})") + inside + self.tag("endmacro")
        return text + self.out(f"dbt_macro__{name}({self.call_arguments()})")

    def call_arguments(self):
        return self.pick("", "1", "1, 2", "1, b=3", "a=1", "s, b=l", "1, 2, 3, 4", "zz=1", "*l", "**{'a': 1}", "1, *[2], **{'q': 3}")

    def call_block(self, d):
        return (self.tag("macro w(x='d')") + "<" + self.out("caller(x)") + ">" + self.out("x") + self.tag("endmacro") + self.tag(f"call(y) dbt_macro__w({self.pick('', '1', 's')})")
                + self.out("y") + self.body(d - 1) + self.tag("endcall"))

    def template(self):
        return self.body(self.r.randint(1, 3)) + self.filler()


def mutate(template, r):
    """Breaks a template a little: what is left mostly fails to parse."""
    text = list(template)
    for _ in range(r.randint(1, 3)):
        if not text:
            break
        i = r.randrange(len(text))
        kind = r.randrange(4)
        if kind == 0:
            del text[i:i + r.randint(1, 4)]
        elif kind == 1:
            text.insert(i, r.choice(["{%", "%}", "{{", "}}", "(", ")", "[", "]", "{", "}", "|", ".", ",", "'", '"', " is ", " if ", " else ", "end", "=", "==", "~", "-", "#}", "{#", "not ", "in ", " for ", "0", "!", "\\"]))
        elif kind == 2:
            j = r.randrange(len(text))
            text[i], text[j] = text[j], text[i]
        else:
            j = min(len(text), i + r.randint(1, 12))
            text[i:i] = text[i:j]
    return "".join(text)


def cases(seed, count):
    for i in range(count):
        r = random.Random(f"{seed}:{i}")
        template = Generator(f"{seed}:{i}:t").template()
        if i % 6 == 5:
            template = mutate(template, r)
        native = i % 7 == 3
        if native:
            g = Generator(f"{seed}:{i}:n")
            template = r.choice([template, "{{ " + g.any(2) + " }}", "{{ " + g.any(1) + r.choice([" | as_native", " | as_bool", " | as_number", " | as_text"]) + " }}"])
        yield {"name": f"generated {seed}:{i}", "template": template, "context": CONTEXT, "dbt_names": True, "native": native, "lenient": i % 11 == 4}
