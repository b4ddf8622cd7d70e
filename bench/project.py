#!/usr/bin/env python3
"""project.py FOLDER COUNT trivial|tested: a dbt project of COUNT models.

trivial: those of chain.py over raw.t, half tables and half views. tested: each a view over a few others, with a properties file of three tests.
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


def main():
    folder, count, form = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: bench\nversion: '1.0'\nprofile: bench\nmodel-paths: [models]\n")
    for model in range(count):
        (folder / f"models/m{model}.sql").write_text(trivial(model) if form == "trivial" else tested(model))
        if form == "tested":
            (folder / f"models/m{model}.yml").write_text(TESTED.format(name=f"m{model}", number=model))


main()
