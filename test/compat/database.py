"""A database of the server that the PG* variables name: made, renamed, and read as plain values."""

import os
from contextlib import closing
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql

ROWS_KEPT = 100_000  # of larger relations only a digest is compared


@dataclass
class Relation:
    """What a reader of the catalog and of the rows can tell of a relation.

    kind: table, view, ...; columns: (name, type) in order; rows: a list of lists of text, in no order, or a digest, or
    the error of reading; traits: indexes, constraints, comments, options and grants, one line each, sorted.
    """

    kind: str
    columns: list
    rows: object
    traits: list


class Database:
    def __init__(self, name):
        self.name = name

    def connect(self):
        connection = psycopg2.connect(dbname=self.name)
        connection.autocommit = True
        return closing(connection)

    def execute(self, statement):
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def recreate(self):
        """Drops it, with whoever is connected, and makes it anew."""
        maintenance = Database("postgres")
        maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))
        maintenance.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(self.name)))

    def rename(self, name):
        maintenance = Database("postgres")
        old, new = sql.Identifier(self.name), sql.Identifier(name)
        maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'" % self.name)
        maintenance.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, new))

    def relations(self):
        """All relations that are nobody's internals: {"schema.name": Relation}."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(RELATIONS)
            found = cursor.fetchall()
            return {f"{schema}.{name}": self.relation(cursor, *row) for row in found for schema, name in [row[1:3]]}

    def relation(self, cursor, oid, schema, name, kind):
        cursor.execute(COLUMNS, (oid,))
        columns = cursor.fetchall()
        cursor.execute(TRAITS, {"oid": oid})
        traits = [line for (line,) in cursor.fetchall()]
        return Relation(kind, columns, self.rows(cursor, schema, name, columns), traits)

    def rows(self, cursor, schema, name, columns):
        relation = sql.Identifier(schema, name)
        cells = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column, _ in columns)
        try:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(relation))
            if cursor.fetchone()[0] > ROWS_KEPT:
                cursor.execute(sql.SQL(DIGEST).format(relation))
                return cursor.fetchone()
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(cells, relation))
            return cursor.fetchall()
        except psycopg2.Error as error:
            return f"error: {error.diag.message_primary}"


def connection_settings():
    """The PG* variables as a profiles.yml has them."""
    return {
        "host": os.environ.get("PGHOST", "localhost"),
        "port": int(os.environ.get("PGPORT", "5432")),
        "user": os.environ.get("PGUSER", "postgres"),
        "password": os.environ.get("PGPASSWORD", "none"),
    }


RELATIONS = """
SELECT c.oid, n.nspname, c.relname,
       CASE WHEN c.relpersistence = 'u' THEN 'unlogged ' ELSE '' END || CASE c.relkind
           WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
           WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND n.oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'mesh')
ORDER BY 2, 3
"""

COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

# Names of indexes and constraints are left out: dbt makes them of the clock and of its temporary relations.
TRAITS = """
SELECT 'index ' || CASE WHEN indisunique THEN 'unique ' ELSE '' END
        || regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') AS line
    FROM pg_index WHERE indrelid = %(oid)s
UNION ALL SELECT 'constraint ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(oid)s AND contype <> 'n'
UNION ALL SELECT 'not null ' || attname FROM pg_attribute
    WHERE attrelid = %(oid)s AND attnum > 0 AND attnotnull AND NOT attisdropped
UNION ALL SELECT 'comment ' || coalesce((SELECT attname || ': ' FROM pg_attribute
        WHERE attrelid = objoid AND attnum = objsubid AND objsubid > 0), '') || description
    FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = %(oid)s
UNION ALL SELECT 'option ' || unnest(reloptions) FROM pg_class WHERE oid = %(oid)s
UNION ALL SELECT format('grant %%s to %%s', lower(privilege_type), CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END)
    FROM pg_class, aclexplode(relacl) WHERE oid = %(oid)s AND grantee <> relowner
ORDER BY 1
"""

DIGEST = "SELECT count(*), sum(('x' || left(md5(r::text), 15))::bit(60)::bigint) FROM {} r"
