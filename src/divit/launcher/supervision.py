"""The process manager's configuration: every process restarted when it dies, all of them gone when it ends."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy, Transport

from supervisor.xmlrpc import SupervisorTransport

from divit.launcher.home import for_sockets, make_private
from divit.launcher.lifeline import die_with_parent
from divit.launcher.processes import NAMES, environment_file, write_environment

_BIN = Path(sys.executable).parent
# What the others need before they begin: tables for all of them, neighbours for the demo's people.
FOUNDATION = ("database", "world")
# supervisord ends group by group: whatever uses the database at once, and the database last.
_GROUPS = {"base": ("database",), "house": tuple(name for name in NAMES if name != "database")}


class Supervision:
    """One supervisord over the processes of one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = for_sockets(home / "run") / "supervisor.sock"
        self.configuration = home / "supervisord.conf"

    def write(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        """Write the configuration, and each process's environment into a file that only its owner may read."""
        log = self.home / "log"
        for name, environment in environments.items():
            write_environment(environment_file(self.home, name), environment)
        log.mkdir(parents=True, exist_ok=True)
        make_private(self.socket.parent)
        lines = [
            "[supervisord]",
            "nodaemon=true",
            "silent=true",
            *(["user=root"] if os.getuid() == 0 else []),
            f"logfile={_escape(str(log / 'supervisor.log'))}",
            f"pidfile={_escape(str(self.home / 'supervisord.pid'))}",
            "[unix_http_server]",
            f"file={_escape(str(self.socket))}",
            "chmod=0700",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        ]
        for priority, (group, names) in enumerate(_GROUPS.items(), start=1):
            lines += [f"[group:{group}]", f"programs={','.join(names)}", f"priority={priority}"]
        for name in NAMES:
            lines += self._program(name, log)
        self.configuration.write_text("\n".join(lines) + "\n")

    def _program(self, name: str, log: Path) -> list[str]:
        return [
            f"[program:{name}]",
            f'command="{_escape(str(_BIN / "divit"))}" run {name}',
            f'environment=DIVIT_ENVIRONMENT="{_escape(str(environment_file(self.home, name)))}"',
            f"autostart={'true' if name in FOUNDATION else 'false'}",
            "autorestart=true",
            "startsecs=1",
            "startretries=1000",
            f"stopsignal={'INT' if name == 'database' else 'TERM'}",
            "stopwaitsecs=25",
            "stopasgroup=false",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={_escape(str(log / name))}.log",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=1",
        ]

    def start(self) -> "subprocess.Popen[bytes]":
        """Start supervisord, and the foundation; it ends with us. Call from the main thread (see prctl(2))."""
        command = [str(_BIN / "supervisord"), "-c", str(self.configuration)]
        return subprocess.Popen(command, preexec_fn=die_with_parent, start_new_session=True)

    def start_rest(self) -> None:
        """Start everything that stands on the foundation."""
        for name in NAMES:
            if name not in FOUNDATION:
                self.start_again(name)

    def start_again(self, name: str) -> None:
        """Start one process that is stopped."""
        with self._server() as server:
            server.supervisor.startProcess(_full_name(name), False)

    def stop(self, name: str) -> None:
        """Stop one process, in good order; it stays stopped."""
        with self._server() as server:
            server.supervisor.stopProcess(_full_name(name))

    def states(self) -> dict[str, str]:
        """What supervisord says of each process: RUNNING, STARTING, BACKOFF, …; empty when it does not run.

        Asking wakes supervisord, which otherwise looks around once a second.
        """
        return {row["name"]: row["statename"] for row in self._processes()}

    def pids(self) -> dict[str, int]:
        """Process ids, for tests that kill."""
        return {row["name"]: row["pid"] for row in self._processes()}

    def _server(self) -> Any:
        return ServerProxy("http://127.0.0.1", transport=_transport(self.socket))

    def _processes(self) -> list[dict[str, Any]]:
        try:
            with self._server() as server:
                return list(server.supervisor.getAllProcessInfo())
        except (OSError, Fault, HTTPException):
            return []

    def wait(self, names: Sequence[str] = NAMES, *, seconds: int = 60) -> list[str]:
        """Wait until all of `names` run; returns those that still do not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            missing = [name for name in names if self.states().get(name) != "RUNNING"]
            if not missing:
                return []
            time.sleep(0.1)
        return missing


def _full_name(name: str) -> str:
    return next(f"{group}:{name}" for group, names in _GROUPS.items() if name in names)


def _transport(socket: Path) -> Transport:
    return SupervisorTransport("", "", f"unix://{socket}")  # type: ignore[no-untyped-call]


def _escape(text: str) -> str:
    """supervisord expands % signs."""
    return text.replace("%", "%%")
