"""Finds the classes of a group of dbt-tests-adapter, as an adapter's own tests would subclass them.

Each class named Base... or Test... that has tests is one; what is abstract or meant for another database fails in real
dbt as well and so does not count.
"""

import importlib
import inspect
import pkgutil

FOLDERS = {"store_test_failures": "store_test_failures_tests"}


def classes_of(group):
    """{name: subclass} for a module's globals, so that pytest collects them."""
    package = importlib.import_module(f"dbt.tests.adapter.{FOLDERS.get(group, group)}")
    found = {}
    for module in modules_of(package):
        for name, base in inspect.getmembers(module, inspect.isclass):
            if base.__module__ == module.__name__ and name.startswith(("Base", "Test")) and has_tests(base):
                # Named like the base, without a prefix that a subclass in another module might take.
                found[f"Test{name.removeprefix('Base').removeprefix('Test')}"] = subclass(base)
    return found


def modules_of(package):
    names = [info.name for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    for name in sorted(names):
        try:
            yield importlib.import_module(name)
        except ImportError:
            continue  # needs a library of another database


def has_tests(base):
    return any(name.startswith("test") and callable(getattr(base, name)) for name in dir(base))


def subclass(base):
    return type(f"Test{base.__name__.removeprefix('Base').removeprefix('Test')}", (base,), {"__test__": True})
