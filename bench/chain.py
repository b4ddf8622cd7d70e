#!/usr/bin/env python3
"""chain.py COUNT mesh|psql: SQL for COUNT trivial models, half tables and half views, each joining two tables of the chain.

mesh: registers them in domain d. psql: the same statements as a client would send them, into schema p.
"""
import sys


def name(model, prefix):
    return f"{prefix}m{model}" if model >= 0 else "raw.t"


def body(model, prefix):
    first = (model - 2) // 2 * 2 if model >= 2 else -1
    second = (model - 4) // 2 * 2 if model >= 4 else -1
    return f"select x.id, x.v + 1 as v from {name(first, prefix)} x join {name(second, prefix)} y using (id)"


def main():
    count, form = int(sys.argv[1]), sys.argv[2]
    if form == "mesh":
        print("begin;")
    for model in range(count):
        kind = "table" if model % 2 == 0 else "view"
        if form == "mesh":
            print(f"select mesh.create_model('d.m{model}', $${body(model, '')}$$, materialized => '{kind}');")
        else:
            print(f"create {kind} p.m{model} as {body(model, 'p.')};")
    if form == "mesh":
        print("commit;")


main()
