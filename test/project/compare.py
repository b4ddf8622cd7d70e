#!/usr/bin/env python3
"""Does mesh read a project as dbt does?

    compare.py PROJECT_DIRECTORY PROFILES.YML [--driver PATH]

The project has been parsed by dbt before (target/manifest.json is there). Compares every resource of the two manifests; order of refs, sources,
tags and dependencies does not count, nor what only dbt knows (times, paths of its machine). A test whose target is disabled is disabled for mesh
and listed among the nodes by dbt.
"""

import argparse
import json
import pathlib
import subprocess
import sys

IGNORED = {"created_at", "build_path", "root_path", "compiled_path", "unrendered_config"}
UNORDERED = {"tags", "refs", "sources", "nodes", "macros"}
SECTIONS = ["nodes", "sources", "exposures", "groups", "unit_tests", "metrics", "semantic_models", "saved_queries"]


def differences(ours, dbts, path=""):
    if isinstance(ours, dict) and isinstance(dbts, dict):
        for key in sorted(ours.keys() | dbts.keys()):
            if key not in ours or key not in dbts:
                yield f"{path}.{key}: only {'ours' if key in ours else 'dbt'}"
            else:
                yield from differences(ours[key], dbts[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(dbts, list) and path.rsplit(".", 1)[-1] in UNORDERED:
        if {json.dumps(one) for one in ours} != {json.dumps(one) for one in dbts}:
            yield f"{path}: {ours} / dbt {dbts}"
    elif ours != dbts:
        yield f"{path}: {json.dumps(ours)[:200]} / dbt {json.dumps(dbts)[:200]}"


def visible(resource):
    return {key: value for key, value in resource.items() if key not in IGNORED}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("profiles")
    parser.add_argument("--driver", default="build/project_driver")
    options = parser.parse_args()
    dbts = json.loads((options.project / "target/manifest.json").read_text())
    ours = json.loads(subprocess.run([options.driver, options.project, options.profiles], check=True, capture_output=True).stdout)
    total = equal = 0
    for section in SECTIONS:
        for name in sorted(ours.get(section, {}).keys() | dbts.get(section, {}).keys()):
            total += 1
            if name not in ours[section] or name not in dbts[section]:
                print(f"{name}: only {'ours' if name in ours[section] else 'dbt'}")
                continue
            found = list(differences(visible(ours[section][name]), visible(dbts[section][name])))
            equal += not found
            for one in found[:8]:
                print(f"{name}{one}")
    print(f"{equal} of {total} resources equal")
    return equal != total


if __name__ == "__main__":
    sys.exit(main())
