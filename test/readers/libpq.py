"""The little of libpq that the load needs, by ctypes: sessions that wait without holding up the other threads."""
import ctypes
import ctypes.util
import os
import subprocess


def library():
    config = os.environ.get("PG_CONFIG", "pg_config")
    try:
        folder = subprocess.run([config, "--libdir"], capture_output=True, text=True, check=True).stdout.strip()
        return ctypes.CDLL(os.path.join(folder, "libpq.so.5"))
    except (OSError, subprocess.CalledProcessError):
        return ctypes.CDLL(ctypes.util.find_library("pq"))


PQ = library()
for name in ("PQconnectdb", "PQexec", "PQprepare", "PQexecPrepared"):
    getattr(PQ, name).restype = ctypes.c_void_p
for name in ("PQgetvalue", "PQerrorMessage", "PQresultErrorField", "PQresultErrorMessage"):
    getattr(PQ, name).restype = ctypes.c_char_p
CONNECTION_OK, TUPLES_OK, COMMAND_OK = 0, 2, 1


class SqlError(Exception):
    """What the server refused, with its SQLSTATE; "" when the connection is gone."""

    def __init__(self, message, state):
        super().__init__(message)
        self.state = state


class Session:
    """One connection, as psql makes it. Every method returns a list of rows of texts, or raises SqlError."""

    def __init__(self, database):
        self.connection = ctypes.c_void_p(PQ.PQconnectdb(f"dbname={database}".encode()))
        if PQ.PQstatus(self.connection) != CONNECTION_OK:
            raise SqlError(PQ.PQerrorMessage(self.connection).decode(errors="replace").strip(), "")
        self.pid = PQ.PQbackendPID(self.connection)

    def close(self):
        PQ.PQfinish(self.connection)

    def query(self, sql):
        return self.rows(PQ.PQexec(self.connection, sql.encode()))

    def prepare(self, name, sql):
        return self.rows(PQ.PQprepare(self.connection, name.encode(), sql.encode(), 0, None))

    def execute(self, name):
        return self.rows(PQ.PQexecPrepared(self.connection, name.encode(), 0, None, None, None, 0))

    def rows(self, pointer):
        result = ctypes.c_void_p(pointer)
        try:
            if PQ.PQresultStatus(result) not in (COMMAND_OK, TUPLES_OK):
                state = PQ.PQresultErrorField(result, ord("C")) or b""
                raise SqlError(PQ.PQresultErrorMessage(result).decode(errors="replace").strip(), state.decode())
            columns = range(PQ.PQnfields(result))
            return [[self.value(result, row, column) for column in columns] for row in range(PQ.PQntuples(result))]
        finally:
            PQ.PQclear(result)

    @staticmethod
    def value(result, row, column):
        return None if PQ.PQgetisnull(result, row, column) else PQ.PQgetvalue(result, row, column).decode()
