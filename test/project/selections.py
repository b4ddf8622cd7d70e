#!/usr/bin/env python3
"""Does mesh select what dbt selects?

    selections.py [--driver PATH]

Runs in a Python that has dbt-core and dbt-postgres (nothing is connected to). The project beside this file is parsed by dbt in a temporary
directory, once as it is and once changed; each selection below is then asked of `dbt ls` in this process and of listing_driver, from the
same manifests, and lines, warnings and whether it is an error must be the same.
"""

import argparse
import collections
import contextlib
import io
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

NAMES = """orders customers stg_orders stg_* *orders s*s ??dersx shop tools shop.staging staging staging.stg_orders marts.core shop.marts.*
    *.core.* [os]*ers price price.v1 price_v1 price.v2 price_v9 versions.price versions.price.v1 shop.versions.price.v* countries dashboard revenue
    orders_history positive nothing_like_it amounts_are_numbers unique_orders_id shop.orders core.orders tool_days look revenue_by_day v1""".split()

METHODS = """tag:daily tag:staging tag:d* tag:vital tag:money tag:board tag:big tag:helpers tag:none_such group:finance group:gr* access:public
    access:private access:protected source:* source:raw source:raw.orders source:shop.raw.* source:crm source:*.orders path:models
    path:models/marts path:models/marts/core/orders.sql path:models/*/*.sql path:models/**/*.sql path:models/staging/_staging.yml path:seeds
    path:tests/*.sql path:models/ path:./models/marts path:models/** path:local/tools/models path:dbt_packages models/staging snapshots/*
    models/marts/core/*.sql file:orders.sql file:orders file:stg_* orders.sql countries.csv file:*.csv file:_staging.yml package:shop
    package:tools package:this package:t* config.materialized:table config.materialized:incremental config.materialized:tab*
    config.tags:vital config.meta.owner.team:core config.meta.pii:false config.meta.owner.level:3 config.severity:warn config.severity:error
    config.contract.enforced:true config.enabled:true config.unique_key:id config.group:finance config.schema:history config.strategy:check
    config.store_failures:true config.persist_docs.relation:true config.grants.select:reader config.nothing:x config.docs.show:True
    resource_type:model resource_type:test resource_type:unit_test resource_type:seed resource_type:source resource_type:exposure
    resource_type:metric resource_type:semantic_model resource_type:saved_query resource_type:snapshot resource_type:analysis
    test_type:generic test_type:singular test_type:data test_type:unit test_type:schema test_name:unique test_name:not_null
    test_name:rel* test_name:has_rows test_name:amounts* exposure:* exposure:dashboard exposure:shop.dashboard metric:revenue metric:*
    semantic_model:* semantic_model:orders_semantic saved_query:* saved_query:shop.* unit_test:* unit_test:amounts_are_numbers
    version:latest version:prerelease version:old version:none""".split()

OPERATORS = """+orders orders+ +orders+ 1+customers stg_orders+1 stg_orders+2 2+summary+1 @stg_orders @stg_customers +dashboard +exposure:dashboard
    +exposure:* 1+exposure:dashboard source:raw+ source:raw.orders+1 +tag:vital tag:seeds+ @tag:seeds countries+ +metric:revenue saved_query:*
    +saved_query:* 0+orders orders+0 +test_type:singular +test_name:unique 1+unit_test:* price.v1+ +uses_price @price.v2 99+summary""".split()

COMBINED = ["orders customers", "tag:daily,config.materialized:table", "+orders,tag:staging", "orders+,test_type:generic", "stg_orders orders,tag:x",
            "tag:staging tag:seeds", "orders,nothing", "nothing also_nothing", "tag:daily,tag:staging,stg_orders+", "stg_orders  orders",
            "@stg_orders,resource_type:test", "source:raw+,exposure:*", "orders,orders", "path:models/marts,group:finance customers"]

ERRORS = ["tagg:x", "@orders+", "source:a.b.c.d", "resource_type:xyz", "test_type:xyz", "version:newest", "exposure:a.b.c", "state:nonsense",
          "metric:a.b.c", "unit_test:a.b.c", "saved_query:a.b.c", "semantic_model:a.b.c"]

EXCLUDED = [("", "orders"), ("", "tag:daily"), ("+summary", "stg_orders"), ("tag:daily", "test_type:generic"), ("orders+", "orders"),
            ("*", "resource_type:test"), ("", "stg_customers+ tools"), ("stg_customers", "tag:vital"), ("", "nothing"), ("@orders", "orders,tag:vital")]

SELECTORS = ["nightly", "both", "inherited", "careful", "without_tests", "around", "one_key", "parents_of", "of_union"]

STATES = ["state:new", "state:old", "state:modified", "state:unmodified", "state:modified.body", "state:modified.configs", "state:modified.relation",
          "state:modified.persisted_descriptions", "state:modified.macros", "state:modified.contract", "state:modified+", "+state:modified,tag:daily",
          "state:new state:modified"]

TYPES = [(["model"], []), (["test"], []), (["model", "seed"], []), (["default"], []), (["all"], []), ([], ["test"]), ([], ["model", "unit_test"]),
         (["default"], ["source"]), (["analysis"], []), (["exposure", "metric", "saved_query", "semantic_model", "source", "snapshot"], [])]

MODES = ["cautious", "buildable", "empty"]
OF_MODES = ["stg_orders", "stg_customers", "orders", "orders stg_orders", "customers orders", "countries stg_customers", "stg_customers+1",
            "tag:daily", "+orders", "orders,tag:vital", "tag:staging,tag:people", "test_type:generic", "source:raw", "orders+ stg_customers"]

OUTPUTS = [{"output": output} for output in ("name", "path", "json")] + [
    {"output": "json", "output_keys": keys.split()} for keys in ("name", "name config.materialized tags", "unique_id columns", "depends_on meta none")]


def requests():
    for one in itertools.chain(NAMES, METHODS, OPERATORS, COMBINED, ERRORS):
        yield {"select": [one]}
    yield {}
    yield {"select": ["orders", "customers stg_orders"]}
    for select, exclude in EXCLUDED:
        yield {"select": [select] if select else [], "exclude": [exclude]}
    for name in SELECTORS:
        yield {"selector": name}
        yield {"selector": name, "indirect_selection": "cautious"}
    yield {"selector": "no_such_selector"}
    for types, excluded in TYPES:
        yield {"resource_types": types, "exclude_resource_types": excluded}
        yield {"select": ["+summary+"], "resource_types": types, "exclude_resource_types": excluded}
    for mode, select in itertools.product(MODES, OF_MODES):
        yield {"select": [select], "indirect_selection": mode}
    for mode in MODES:
        yield {"exclude": ["stg_orders"], "indirect_selection": mode}
    for output in OUTPUTS:
        yield dict(output)
        yield dict(output, select=["price", "stg_customers"])
    for state in STATES:
        yield {"select": [state], "state": True}


CHANGES = {  # of the project, after the state that it is compared with was written
    "models/staging/stg_orders.sql": lambda text: text + " -- changed",
    "models/marts/core/customers.sql": lambda text: "{{ config(alias='clients', tags=['new']) }}\n" + text,
    "models/marts/summary.sql": lambda text: "{{ config(materialized='view') }}\n" + text,
    "models/marts/_marts.yml": lambda text: text.replace("{name: amount, data_type: numeric}", "{name: amount, data_type: numeric}\n      - {name: more, "
                                                         "data_type: text}").replace("config: {group: finance, persist_docs: {relation: true}}",
                                                                                     "description: other\n    config: {group: finance, persist_docs: "
                                                                                     "{relation: true}}").replace("maturity: high", "maturity: low"),
    "models/staging/_sources.yml": lambda text: text.replace("identifier: customers_2", "identifier: customers_3"),
    "macros/shout.sql": lambda text: text.replace("upper", "lower"),
    "seeds/countries.csv": lambda text: text + "se,Sweden\n",
    "models/marts/added.sql": lambda text: "select 1 as id",
    "tests/positive.sql": lambda text: text + " -- changed",
}


class Dbt:
    """dbt in this process, over one project directory."""

    def __init__(self, root):
        from dbt.cli.main import dbtRunner

        self.root, self.runner = str(root), dbtRunner
        self.manifest = None

    def invoke(self, *words, manifest=None):
        warnings = []

        def listen(event):
            if event.info.name == "NoNodesForSelectionCriteria":
                warnings.append(event.info.msg)

        with contextlib.redirect_stdout(io.StringIO()):
            result = self.runner(manifest=manifest, callbacks=[listen]).invoke(
                [*words, "--project-dir", self.root, "--profiles-dir", self.root, "--quiet", "--no-print", "--no-use-colors"])
        return result, warnings

    def parse(self):
        for words in (("deps",), ("parse", "--no-partial-parse")):
            result, _ = self.invoke(*words)
            if not result.success:
                raise SystemExit(f"dbt {words[0]}: {result.exception}")
        self.manifest = result.result

    def list(self, request, state):
        words = ["ls"]
        for key, option in (("select", "--select"), ("exclude", "--exclude"), ("resource_types", "--resource-type"),
                            ("exclude_resource_types", "--exclude-resource-type")):
            for value in request.get(key, []):
                words += [option, value]
        for key in ("selector", "indirect_selection", "output"):
            if key in request:
                words += ["--" + key.replace("_", "-"), request[key]]
        if "output_keys" in request:
            words += ["--output-keys", *request["output_keys"]]
        if request.get("state"):
            words += ["--state", str(state)]
        result, warnings = self.invoke(*words, manifest=self.manifest)
        return {"error": str(result.exception)} if result.exception else {"lines": result.result, "warnings": warnings}


def prepare(target):
    """The project, parsed by dbt, and then changed; the artifacts of the parse are kept as state."""
    project, state = target / "project", target / "state"
    shutil.copytree(pathlib.Path(__file__).parent / "selection", project)
    dbt = Dbt(project)
    dbt.parse()
    shutil.copytree(project / "target", state)
    for path, change in CHANGES.items():
        file = project / path
        file.write_text(change(file.read_text() if file.exists() else ""))
    return dbt, state


def ask_mesh(driver, manifest, old, asked):
    text = "".join(json.dumps(one) + "\n" for one in asked)
    done = subprocess.run([driver, "list", manifest, old], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def plain(answer, request):
    if "error" in answer:
        return "error"
    lines = [json.loads(line) for line in answer["lines"]] if request.get("output") == "json" else answer["lines"]
    return lines, sorted(set(w for w in answer["warnings"] if w.startswith("The selection criterion")))


def compare(driver, dbt, state, asked):
    mine = ask_mesh(driver, os.path.join(dbt.root, "target", "manifest.json"), str(state / "manifest.json"), asked)
    wrong, tally = 0, collections.Counter()
    for request, ours in zip(asked, mine):
        theirs = dbt.list(request, state)
        tally["errors" if "error" in theirs else "lists" if theirs["lines"] else "empty"] += 1
        if plain(theirs, request) == plain(ours, request):
            continue
        wrong += 1
        print(json.dumps(request))
        if "error" in theirs or "error" in ours:
            print("    dbt: ", theirs.get("error", theirs.get("lines")), "\n    mesh:", ours.get("error", ours.get("lines")))
            continue
        print("    only dbt: ", [x for x in theirs["lines"] if x not in ours["lines"]], theirs["warnings"])
        print("    only mesh:", [x for x in ours["lines"] if x not in theirs["lines"]], ours["warnings"])
    print("dbt gave", ", ".join(f"{count} {kind}" for kind, count in tally.items()))
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--driver", default="./listing_driver")
    driver = os.path.abspath(parser.parse_args().driver)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    asked = list(requests())
    with tempfile.TemporaryDirectory() as target:
        dbt, state = prepare(pathlib.Path(target))
        wrong = compare(driver, dbt, state, [one for one in asked if not one.get("state")])
        dbt.parse()
        wrong += compare(driver, dbt, state, [one for one in asked if one.get("state")])
    print(f"{len(asked) - wrong} of {len(asked)} selections as dbt's")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
