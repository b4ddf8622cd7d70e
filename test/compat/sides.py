"""The two that are compared: each runs a command line in a project's folder and tells its exit code."""

import os
import subprocess
import sys
import traceback


class Dbt:
    """Real dbt. Its modules are loaded once; each command runs in a child of this process, so that none sees
    what another left in memory."""

    name = "dbt"

    def __init__(self):
        import dbt.adapters.postgres  # noqa: F401
        import dbt.cli.main  # noqa: F401

    def prepare(self, database):
        """What a new database needs."""

    def run(self, arguments, folder, environment, output):
        """Runs the command with its standard output in the file, its errors in <file>.err; returns the exit code."""
        child = os.fork()
        if child == 0:
            os._exit(self.run_here(arguments, folder, environment, output))
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def run_here(self, arguments, folder, environment, output):
        try:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            with open(output, "wb") as file, open(output + ".err", "wb") as errors:
                os.dup2(file.fileno(), 1)
                os.dup2(errors.fileno(), 2)
            return self.call_dbt(arguments)
        except BaseException:
            traceback.print_exc()
            return 99
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def call_dbt(self, arguments):
        from dbt.cli.main import cli

        try:
            cli.main(args=arguments, prog_name="dbt")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        return 0


class Meshctl:
    """The client of mesh, an executable; the database gets the extension."""

    name = "meshctl"

    def __init__(self, executable):
        self.executable = executable

    def prepare(self, database):
        database.execute("CREATE EXTENSION mesh")

    def run(self, arguments, folder, environment, output):
        with open(output, "wb") as file, open(output + ".err", "wb") as errors:
            try:
                end = subprocess.run(
                    [self.executable, *arguments], cwd=folder, env=environment, timeout=600,
                    stdout=file, stderr=errors, stdin=subprocess.DEVNULL,
                )
            except subprocess.TimeoutExpired:
                return 124
        return end.returncode


def make_side(name):
    """`dbt`, or the path of a meshctl."""
    return Dbt() if name == "dbt" else Meshctl(os.path.abspath(name))
