#!/usr/bin/env python3
"""The law of incremental_strategy "auto": after any changes, a run leaves the rows that a rebuild would.

law.py [--cases N] [--seed S] [--verbose]: each case makes tables, a few random models over them and over one another, changes the
tables at random (rows, keys, nulls, duplicates, transactions that are rolled back, changes of the tables' definitions), runs the
models and compares their rows with those of their bodies, as multisets of texts; three rounds a case. Connects as psql does, to
a database of its own. Prints TAP; a failing case prints its script. Case S+i of a run is the same for ever.
"""
import argparse
import collections
import random
import subprocess
import sys

COLUMNS = {
    "t": [("id", "int"), ("k", "int"), ("j", "int"), ("s", "text"), ("v", "int"), ("d", "date"), ("n", "numeric")],
    "c": [("id", "int"), ("k", "int"), ("g", "text")],
}
ROUNDS = 3


class Case:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.models = []  # (name, columns)
        self.script = []
        self.keyed = {table: self.chance(0.5) for table in COLUMNS}

    def chance(self, p):
        return self.random.random() < p

    def pick(self, items):
        return self.random.choice(items)

    def fresh(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    # -- models: every function returns (sql, [(column, type)])

    def base(self):
        if self.models and self.chance(0.4):
            name, columns = self.pick(self.models)
            return f"select * from d.{name}", columns
        table = self.pick(["t", "t", "c"])
        return f"select * from raw.{table}", COLUMNS[table]

    def source(self, depth):
        if depth == 0:
            return self.base()
        shapes = [self.filtered, self.projected, self.grouped, self.grouped, self.windowed, self.joined, self.joined,
                  self.combined, self.distinct, self.distinct_on, self.with_cte, self.with_values]
        if self.chance(0.08):
            shapes = [self.with_in, self.with_exists, self.with_scalar]
        if self.chance(0.03):
            shapes = [self.limited, self.with_now, self.aggregated]
        return self.pick(shapes)(depth - 1)

    def exact(self, depth):
        """Without numbers that are equal and not the same: which of them a group or a tie shows is left open."""
        sql, columns = self.source(depth)
        kept = [(name, kind) for name, kind in columns if kind != "numeric"]
        if len(kept) == len(columns):
            return sql, columns
        if not kept:
            return "select * from raw.c", COLUMNS["c"]
        a = self.fresh("a")
        return f"select {', '.join(f'{a}.{name}' for name, _ in kept)} from ({sql}) {a}", kept

    def filtered(self, depth):
        sql, columns = self.source(depth)
        a = self.fresh("a")
        conditions = {"int": ["{c} > 1", "{c} is not null", "{c} % 2 = 0", "coalesce({c}, 0) < 3"], "text": ["{c} <> 'b'", "{c} is null", "length({c}) > 0"],
                      "date": ["{c} > '2024-01-02'"], "numeric": ["{c} < 2.5"], "bigint": ["{c} >= 1"]}
        name, kind = self.pick(columns)
        condition = self.pick(conditions.get(kind, ["true"])).format(c=f"{a}.{name}")
        return f"select {a}.* from ({sql}) {a} where {condition}", columns

    def projected(self, depth):
        sql, columns = self.source(depth)
        a = self.fresh("a")
        kept = self.random.sample(columns, self.random.randint(1, len(columns)))
        out = [(f"{a}.{name}", name, kind) for name, kind in kept]
        if self.chance(0.4):
            name, kind = self.pick(columns)
            expression = {"int": f"{a}.{name} / 2", "text": f"upper({a}.{name})", "date": f"date_trunc('month', {a}.{name}::timestamp)::date"}.get(kind)
            if expression:
                out.append((expression, self.fresh("e"), kind))
        return f"select {', '.join(f'{e} as {n}' for e, n, _ in out)} from ({sql}) {a}", [(n, k) for _, n, k in out]

    def grouped(self, depth):
        sql, columns = self.exact(depth)
        a = self.fresh("a")
        keys = self.random.sample(columns, min(len(columns), self.random.randint(1, 2)))
        out = [(f"{a}.{name}", name, kind) for name, kind in keys]
        if self.chance(0.25) and keys[0][1] == "int":
            out[0] = (f"{a}.{keys[0][0]} / 2", self.fresh("e"), "int")
        group = ", ".join(e for e, _, _ in out)
        out.append(("count(*)", self.fresh("n"), "bigint"))
        name, kind = self.pick(columns)
        if kind in ("int", "date"):
            out.append((f"max({a}.{name})", self.fresh("m"), kind))
        if kind == "int":
            out.append((f"sum({a}.{name})", self.fresh("m"), "bigint"))
        having = " having count(*) > 1" if self.chance(0.2) else ""
        return f"select {', '.join(f'{e} as {n}' for e, n, _ in out)} from ({sql}) {a} group by {group}{having}", [(n, k) for _, n, k in out]

    def windowed(self, depth):
        sql, columns = self.exact(depth)
        a, w = self.fresh("a"), self.fresh("w")
        partition = ", ".join(f"{a}.{name}" for name, _ in self.random.sample(columns, min(len(columns), self.random.randint(1, 2))))
        order = ", ".join(f"{a}.{name}" for name, _ in columns)
        over = f"partition by {partition}" if self.chance(0.9) else ""
        calls = [f"row_number() over ({over} order by {order})", f"count(*) over ({over})", f"rank() over ({over} order by {order})"]
        return f"select {a}.*, {self.pick(calls)} as {w} from ({sql}) {a}", columns + [(w, "bigint")]

    def joined(self, depth):
        left, right = self.source(depth), self.source(depth)
        a, b = self.fresh("a"), self.fresh("b")
        pairs = [(l, r) for l, lk in left[1] for r, rk in right[1] if lk == rk and lk in ("int", "text", "date")]
        if not pairs:
            return left
        kind = self.pick(["join", "join", "left join", "left join", "right join", "full join"])
        on = " and ".join(f"{a}.{l} = {b}.{r}" for l, r in self.random.sample(pairs, 1 if self.chance(0.8) else min(2, len(pairs))))
        if self.chance(0.1):
            on += f" and {a}.{self.pick(left[1])[0]} is not null"
        out = [(f"{a}.{n}", self.fresh("l"), k) for n, k in self.random.sample(left[1], self.random.randint(1, len(left[1])))]
        out += [(f"{b}.{n}", self.fresh("r"), k) for n, k in self.random.sample(right[1], self.random.randint(1, len(right[1])))]
        return f"select {', '.join(f'{e} as {n}' for e, n, _ in out)} from ({left[0]}) {a} {kind} ({right[0]}) {b} on {on}", [(n, k) for _, n, k in out]

    def combined(self, depth):
        left, right = self.exact(depth), self.exact(depth)
        a, b = self.fresh("a"), self.fresh("b")
        columns, lefts, rights = [], [], []
        for name, kind in left[1]:
            others = [n for n, k in right[1] if k == kind]
            if others and (len(columns) < 1 or self.chance(0.6)):
                columns.append((self.fresh("u"), kind))
                lefts.append(f"{a}.{name} as {columns[-1][0]}")
                rights.append(f"{b}.{self.pick(others)} as {columns[-1][0]}")
        if not columns:
            return left
        operation = self.pick(["union all", "union all", "union", "intersect", "except", "except all"])
        return f"select {', '.join(lefts)} from ({left[0]}) {a} {operation} select {', '.join(rights)} from ({right[0]}) {b}", columns

    def distinct(self, depth):
        sql, columns = self.exact(depth)
        return f"select distinct * from ({sql}) {self.fresh('a')}", columns

    def distinct_on(self, depth):
        sql, columns = self.exact(depth)
        a = self.fresh("a")
        names = [f"{a}.{name}" for name, _ in columns]
        on = self.random.sample(names, min(len(names), self.random.randint(1, 2)))
        return f"select distinct on ({', '.join(on)}) {a}.* from ({sql}) {a} order by {', '.join(on + names)}", columns

    def with_cte(self, depth):
        sql, columns = self.exact(depth)
        name = self.fresh("q")
        if self.chance(0.3):
            column = self.pick(columns)[0]
            x = self.fresh("x")
            return (f"with {name} as ({sql}) select {name}.*, {x}.{x}n from {name} left join (select {column} as {x}k, count(*) as {x}n from {name} group by 1) {x}"
                    f" on {x}.{x}k = {name}.{column}", columns + [(f"{x}n", "bigint")])
        return f"with {name} as ({sql}) select * from {name}", columns

    def with_values(self, depth):
        sql, columns = self.source(depth)
        a, v = self.fresh("a"), self.fresh("v")
        return f"select {a}.*, {v}.{v}x from ({sql}) {a} cross join (values (1), (2)) {v}({v}x)", columns + [(f"{v}x", "int")]

    def limited(self, depth):
        sql, columns = self.source(depth)
        a = self.fresh("a")
        return f"select {a}.* from ({sql}) {a} order by {', '.join(f'{a}.{n}' for n, _ in columns)} limit 3", columns

    def equal_columns(self, left, right):
        pairs = [(l, r) for l, lk in left[1] for r, rk in right[1] if lk == rk and lk in ("int", "text", "date")]
        return self.pick(pairs) if pairs else None

    def with_in(self, depth):
        left, right = self.source(depth), self.source(max(depth - 1, 0))
        pair = self.equal_columns(left, right)
        if not pair:
            return left
        a, b = self.fresh("a"), self.fresh("b")
        test = self.pick(["in", "in", "not in"])
        more = self.pick(["", "", f" or {a}.{left[1][0][0]} is null"])
        return f"select {a}.* from ({left[0]}) {a} where {a}.{pair[0]} {test} (select {b}.{pair[1]} from ({right[0]}) {b}){more}", left[1]

    def with_exists(self, depth):
        left, right = self.source(depth), self.source(max(depth - 1, 0))
        pair = self.equal_columns(left, right)
        if not pair:
            return left
        a, b = self.fresh("a"), self.fresh("b")
        test = self.pick(["exists", "not exists", "true or not exists"])
        more = self.pick(["", f" and {b}.{right[1][0][0]} is not null", f" or {b}.{pair[1]} is null"])
        return f"select {a}.* from ({left[0]}) {a} where {test} (select from ({right[0]}) {b} where {b}.{pair[1]} = {a}.{pair[0]}{more})", left[1]

    def with_scalar(self, depth):
        left, right = self.source(depth), self.source(max(depth - 1, 0))
        pair = self.equal_columns(left, right)
        if not pair:
            return left
        a, b, n = self.fresh("a"), self.fresh("b"), self.fresh("n")
        what = self.pick(["count(*)", f"count({b}.{right[1][0][0]})", f"count(*) filter (where {b}.{pair[1]} is not null)"])
        return (f"select {a}.*, (select {what} from ({right[0]}) {b} where {b}.{pair[1]} = {a}.{pair[0]}) as {n} from ({left[0]}) {a}", left[1] + [(n, "bigint")])

    def with_now(self, depth):
        sql, columns = self.source(depth)
        a = self.fresh("a")
        return f"select {a}.* from ({sql}) {a} where now() > '2000-01-01'", columns

    def aggregated(self, depth):
        sql, columns = self.source(depth)
        n = self.fresh("n")
        return f"select count(*) as {n} from ({sql}) {self.fresh('a')}", [(n, "bigint")]

    # -- changes

    def value(self, kind):
        if self.chance(0.12):
            return "null"
        return {"int": lambda: str(self.random.randint(0, 4)), "text": lambda: f"'{self.pick('abcd')}'", "date": lambda: f"date '2024-01-0{self.random.randint(1, 4)}'",
                "numeric": lambda: self.pick(["1", "1.0", "2.5", "3.00"])}[kind]()

    def row(self, table):
        values = [self.value(kind) for _, kind in COLUMNS[table]]
        if self.keyed[table]:
            values[0] = str(self.random.randint(1, 40))
        return f"({', '.join(values)})"

    def condition(self, table):
        name, kind = self.pick(COLUMNS[table])
        value = str(self.random.randint(1, 40)) if name == "id" and self.keyed[table] else self.value(kind)
        return f"{name} is not distinct from {value}"

    def change(self):
        table = self.pick(["t", "t", "c"])
        names = [name for name, _ in COLUMNS[table]]
        target = f"raw.{table}"
        settable = [c for c in COLUMNS[table] if not (c[0] == "id" and self.keyed[table])]
        name, kind = self.pick(settable)
        rows = ", ".join(self.row(table) for _ in range(self.random.randint(1, 4)))
        kinds = [
            f"insert into {target} values {rows} on conflict do nothing",
            f"insert into {target} values {rows} on conflict do nothing",
            f"update {target} set {name} = {self.value(kind)} where {self.condition(table)}",
            f"update {target} set {name} = {self.value(kind)} where {self.condition(table)}",
            f"delete from {target} where {self.condition(table)}",
            f"delete from {target} where ctid = any (array(select ctid from {target} limit 1))",
            f"with gone as (delete from {target} where {self.condition(table)} returning *) insert into {target} select * from gone on conflict do nothing",
            f"merge into {target} x using (values {self.row(table)}) y({', '.join(names)}) on x.id = y.id when matched then update set {name} = y.{name}"
            f" when not matched then insert values ({', '.join('y.' + n for n in names)})",
        ]
        if self.keyed[table]:
            kinds.append(f"insert into {target} values {rows} on conflict (id) do update set {name} = excluded.{name}")
            kinds.append(f"update {target} set id = id + 100 where {self.condition(table)}")
        if self.chance(0.03):
            return f"truncate {target}"
        return self.pick(kinds)

    def odd_change(self):
        """What triggers do not see, or see in another way."""
        table = f"raw.{self.pick(['t', 'c'])}"
        return self.pick([
            f"alter table {table} disable trigger all; {self.change()}; alter table {table} enable trigger all",
            f"set session_replication_role = replica; {self.change()}; reset session_replication_role",
            f"vacuum full {table}",
            f"alter table {table} add column extra{self.fresh('')} int",
            f"alter table {table} alter column k type bigint; alter table {table} alter column k type int",
            f"create index on {table} (k); analyze {table}",
            f"begin; create table raw.kept as table {table}; delete from {table}; insert into {table} select * from raw.kept; drop table raw.kept; commit",
        ])

    def changes(self):
        out = []
        for _ in range(self.random.randint(1, 3)):
            some = [self.change() for _ in range(self.random.randint(1, 3))]
            if self.chance(0.06):
                out.append(self.odd_change())
            elif self.chance(0.12) and self.models:
                full = ", full_refresh => true" if self.chance(0.5) else ""
                out.append(f"select count(*) from mesh.run('d.{self.pick(self.models)[0]}'{full})")
            elif self.chance(0.2):
                out.append(f"begin; {some[0]}; savepoint a; {self.change()}; rollback to a; {'; '.join(some[1:] or ['select'])}; commit")
            elif self.chance(0.1):
                out.append(f"begin; {'; '.join(some)}; rollback")
            elif self.chance(0.1):
                out.append(f"begin; {'; '.join(some)}; select count(*) from mesh.run('d') \\g /dev/null\n{self.change()}; commit")
            else:
                out += some
        return out

    # -- the script

    def make(self):
        say = self.script.append
        say(f"set mesh.skip_unchanged = {self.pick(['on', 'off'])};")
        say("create schema raw;")
        for table, columns in COLUMNS.items():
            say(f"create table raw.{table} ({', '.join(n + ' ' + k + (' primary key' if n == 'id' and self.keyed[table] else '') for n, k in columns)});")
            if self.chance(0.3):
                say(f"create index on raw.{table} (k);")
            say(f"insert into raw.{table} values {', '.join(self.row(table) for _ in range(self.random.randint(0, 14)))} on conflict do nothing;".replace("values  on", "select where false on"))
        say("select mesh.create_domain('d') \\g /dev/null")
        for i in range(self.random.randint(1, 3)):
            sql, columns = self.source(self.random.randint(1, 3))
            unique, seen = [], set()
            for name, kind in columns:
                if name not in seen:
                    unique.append((name, kind))
                    seen.add(name)
            name = f"m{i}"
            how = "materialized => 'incremental', incremental_strategy => 'auto'"
            if self.chance(0.15):
                how = "materialized => 'view'"
            elif self.chance(0.1):
                how = "materialized => 'table'"
            say(f"select mesh.create_model('d.{name}', $body${'select ' + ', '.join(n for n, _ in unique) + ' from (' + sql + ') top'}$body$, {how}) \\g /dev/null")
            self.models.append((name, unique))
        say("select count(*) from mesh.run('d') \\g /dev/null")
        for r in range(ROUNDS):
            for change in self.changes():
                say(change + ";")
            say("rollback;")
            say("select 'STEP|' || node || '|' || status || '|' || coalesce(reason, '') || '|' || coalesce(message, '') from mesh.run('d');")
            for name, _ in self.models:
                say(f"select 'LAW|{r}|d.{name}|' || count(*) from (select body from mesh.models where name = '{name}') b, law_difference('{name}', b.body);")
        for name, _ in reversed(self.models):
            say(f"select mesh.drop_model('d.{name}') \\g /dev/null")
        say("select mesh.drop_domain('d') \\g /dev/null")
        say("select 'LEFT|' || count(*) from pg_class where relnamespace = 'mesh'::regnamespace and relname like 'log\\_%';")
        say("drop schema raw cascade;\ndrop schema d;")
        return "\n".join(self.script)


SETUP = """
create extension mesh;
create function law_difference(name text, body text) returns setof text language plpgsql as $$
begin
    return query execute format('(select m::text from d.%1$I m except all select b::text from (%2$s) b) union all (select b::text from (%2$s) b except all select m::text from d.%1$I m)', name, body);
end $$;
"""


def psql(database, text):
    command = ["psql", "-XqAt", "-d", database, "-f", "-"]
    options = "set client_min_messages = error;\nset mesh.progress = off;\n"
    return subprocess.run(command, input=options + text, capture_output=True, text=True)


def judge(output):
    """What is wrong with a case's output: lines, or nothing."""
    wrong, laws = [], 0
    for line in output.stdout.splitlines():
        parts = line.split("|")
        if parts[0] == "LAW":
            laws += 1
            if parts[3] != "0":
                wrong.append(f"round {parts[1]}: {parts[2]} differs from its body in {parts[3]} rows")
        elif parts[0] == "STEP" and parts[2] not in ("success", "unchanged"):
            wrong.append(line)
        elif parts[0] == "LEFT" and parts[1] != "0":
            wrong.append(f"{parts[1]} logs are left")
    if laws == 0:
        wrong.append("nothing was compared")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    database = "mesh_law"
    psql("postgres", f"drop database if exists {database};\ncreate database {database};")
    made = psql(database, SETUP)
    if made.returncode != 0 or "ERROR" in made.stderr:
        sys.exit(made.stderr)
    how, failed = collections.Counter(), 0
    for seed in range(options.seed, options.seed + options.cases):
        script = Case(seed).make()
        output = psql(database, script)
        wrong = judge(output)
        for line in output.stdout.splitlines():
            if line.startswith("STEP"):
                reason = line.split("|")[3]
                how["by keys" if "changed;" in reason else "nothing changed" if "nothing changed" in reason or "unchanged" in line else "in full" if "in full" in reason else "other"] += 1
                if options.verbose:
                    print("#", seed, line)
        if wrong:
            failed += 1
            print(f"not ok {seed} - case {seed}", flush=True)
            print("\n".join("# " + line for line in wrong + script.splitlines() + output.stderr.splitlines()))
            psql("postgres", f"drop database if exists {database};\ncreate database {database};")
            psql(database, SETUP)
        elif options.verbose:
            print(f"ok {seed} - case {seed}")
    print(f"{'ok' if failed == 0 else 'not ok'} - {options.cases} cases from {options.seed}: a run leaves what a rebuild would")
    print(f"# steps: {', '.join(f'{count} {name}' for name, count in sorted(how.items()))}")
    print(f"{'ok' if how['by keys'] >= options.cases / 10 else 'not ok'} - many of them by changed keys")
    psql("postgres", f"drop database if exists {database};")
    sys.exit(failed > 0)


main()
