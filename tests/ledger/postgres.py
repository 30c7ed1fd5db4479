"""A PostgreSQL cluster of our own in a temporary folder, stopped and taken away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "postgres"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where they are not installed. Debian puts them out of the path."""
    places = [Path(found).resolve().parent for found in [shutil.which("pg_ctl")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


class Cluster:
    """A running server that listens on a socket in its own folder and nowhere else."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self.programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="payerrules-pg-"))
        self.count = 0
        self.owner = USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the user who owns the cluster; it refuses to be run by root."""
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def __enter__(self) -> Cluster:
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", self.owner, "-E", "UTF8", "--locale", "C", "--no-sync")
        self.start()
        return self

    def start(self) -> None:
        """Start the server."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=40"
        # the server keeps the streams it is given: they are closed, or who waits for their end waits for ever
        with open(os.devnull, "w") as nowhere:
            command = [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-l", str(self.folder / "log")]
            command = ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else command
            command += ["-w", "-o", options, "start"]
            subprocess.run(command, cwd=self.folder, stdout=nowhere, stderr=nowhere, check=True, timeout=120)

    def restart(self) -> None:
        """Stop the server at once, as if it had crashed, and start it anew."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        self.start()

    def __exit__(self, *exception: object) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def database(self) -> str:
        """The URL of a new, empty database."""
        self.count += 1
        name = f"ledger_{self.count}"
        self.run("createdb", "-h", str(self.folder), "-U", self.owner, name)
        return f"postgresql+psycopg://{self.owner}@/{name}?host={self.folder}"
