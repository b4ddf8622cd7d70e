#!/usr/bin/env python3
"""project.py FOLDER COUNT trivial|tested|checked: a dbt project of COUNT models.

trivial: those of chain.py over raw.t, half tables and half views. tested: each a view over a few others, with a properties file of three tests.
checked: each the table raw.rows of nine columns, with sixteen tests.
"""
import pathlib
import sys

TESTED = """version: 2
models:
  - name: {name}
    description: Model {number}
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: v
        data_tests: [not_null]
"""

CHECKED = """version: 2
models:
  - name: {name}
    columns:
""" + "".join(f"      - {{{{name: {column}, data_tests: [not_null{more}]}}}}\n" for column, more in [
    ("id", ", {{in_range: {{arguments: {{least: 0, most: 100000000}}}}}}"), ("a", ", {{in_range: {{arguments: {{least: 0, most: 100000000}}}}}}"),
    ("b", ", {{accepted_values: {{arguments: {{values: [0, 1, 2, 3, 4, 5, 6], quote: false}}}}}}"), ("c", ", {{in_range: {{arguments: {{least: 0, most: 100000000}}}}}}"),
    ("d", ", {{accepted_values: {{arguments: {{values: [n0, n1, n2, n3, n4]}}}}}}"), ("e", ""), ("f", ", {{in_range: {{arguments: {{least: 0, most: 100000000}}}}}}"),
    ("g", ""), ("h", ", {{in_range: {{arguments: {{least: 0, most: 100000000}}}}}}")])

IN_RANGE = """{% test in_range(model, column_name, least, most) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < {{ least }} or {{ column_name }} > {{ most }}
{% endtest %}
"""


def source(model, latest):
    return f"{{{{ ref('m{model}') }}}}" if 0 <= model < latest else "raw.t"


def trivial(model):
    first = (model - 2) // 2 * 2 if model >= 2 else -1
    second = (model - 4) // 2 * 2 if model >= 4 else -1
    kind = "table" if model % 2 == 0 else "view"
    return (f"{{{{ config(materialized='{kind}') }}}}\n"
            f"select x.id, x.v + 1 as v from {source(first, model)} x join {source(second, model)} y using (id)\n")


def tested(model):
    return f"select x.id, x.v from {source(model % 97 if model > 97 else -1, model)} x join {source(model % 89 if model > 89 else -1, model)} y using (id)\n"


def checked(_):
    return "{{ config(materialized='table') }}\nselect * from raw.rows\n"


BODIES = {"trivial": trivial, "tested": tested, "checked": checked}
PROPERTIES = {"tested": TESTED, "checked": CHECKED}


def main():
    folder, count, form = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: bench\nversion: '1.0'\nprofile: bench\nmodel-paths: [models]\n")
    for model in range(count):
        (folder / f"models/m{model}.sql").write_text(BODIES[form](model))
        if form in PROPERTIES:
            (folder / f"models/m{model}.yml").write_text(PROPERTIES[form].format(name=f"m{model}", number=model))
    if form == "checked":
        (folder / "macros").mkdir()
        (folder / "macros/in_range.sql").write_text(IN_RANGE)


main()
