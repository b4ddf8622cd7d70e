#!/usr/bin/env python3
"""Are the artifacts that mesh writes valid, and does a manifest survive mesh unchanged?

    artifacts.py MANIFEST... [--driver PATH]

For each manifest.json (of dbt parse, or of mesh): written again by listing_driver it must hold the same values as before, be read by dbt-core's
own classes and be valid against the JSON schema they print; so must run_results.json, catalog.json and sources.json made of its nodes.
Runs in a Python that has dbt-core.
"""

import argparse
import json
import subprocess
import sys

import jsonschema
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact


def differences(old, new, path=""):
    """Places where two values differ; the order of keys and of ids in a group does not count."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            if key not in old or key not in new:
                yield f"{path}.{key}: only in the {'new' if key in new else 'old'} one"
            else:
                yield from differences(old[key], new[key], f"{path}.{key}")
    elif path.startswith(".group_map."):
        if sorted(old) != sorted(new):
            yield f"{path}: {old!r} became {new!r}"
    elif old != new or type(old) is not type(new):
        yield f"{path}: {old!r} became {new!r}"


def invalid(artifact_class, data):
    """Why dbt would not take it."""
    try:
        artifact_class.from_dict(json.loads(json.dumps(data)))
    except Exception as error:
        yield f"{artifact_class.__name__} is not read: {error}"
    validator = jsonschema.Draft202012Validator(artifact_class.json_schema())
    for error in list(validator.iter_errors(data))[:10]:
        yield f"{artifact_class.__name__}: {'/'.join(map(str, error.path))}: {error.message[:300]}"


def check(driver, path):
    def run(what):
        return json.loads(subprocess.run([driver, what, path], check=True, capture_output=True).stdout)

    with open(path) as file:
        old = json.load(file)
    new = run("manifest")
    made = run("artifacts")
    yield from differences(old, new)
    yield from invalid(WritableManifest, new)
    yield from invalid(RunResultsArtifact, made["run_results"])
    yield from invalid(CatalogArtifact, made["catalog"])
    yield from invalid(FreshnessExecutionResultArtifact, made["sources"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("manifests", nargs="+")
    parser.add_argument("--driver", default="./listing_driver")
    options = parser.parse_args()
    failed = 0
    for path in options.manifests:
        found = list(check(options.driver, path))
        failed += bool(found)
        print(f"{path}: {'ok' if not found else str(len(found)) + ' problems'}")
        for problem in found[:20]:
            print("   ", problem)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
