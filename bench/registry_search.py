"""How long the registry desk waits at a million applications: `python bench/registry_search.py --help`.

Makes an embedded PostgreSQL of its own, fills it with invented people (registry_fill.py), asks every kind of question
(registry_questions.py), prints p50 and p95, and takes everything away again; or keeps it, so that the next run asks at
once. Ends with 1 when the promise is broken. Filling takes about five minutes on two cores.
"""

import argparse
import os
import platform
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from divit.launcher.postgres import Cluster

FILLED = "filled.json"


@contextmanager
def started(home: Path) -> Iterator[Cluster]:
    """A database below `home`; durable, as in production."""
    cluster = Cluster(home)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cluster.prepare()
    server = cluster.start()
    try:
        cluster.ensure_database()
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def run(script: str, *told: object, cluster: Cluster, role: str) -> int:
    """One of the scripts beside this one, to its end, as one of the database's roles; returns its exit code."""
    environment = os.environ | {
        "DATABASE_URL": cluster.url(role),
        "DIVIT_HOME": str(cluster.home),
        "DIVIT_MODE": "test",
        "DIVIT_SECRET_KEY": secrets.token_urlsafe(64),
        "DIVIT_SMTP_HOST": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "divit.project.settings",
    }
    command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, told)]
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        process.kill()
        process.wait()


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Where the database lies: gone afterwards unless it is kept, and only what was filled to the end is kept."""
    home = kept or Path(tempfile.mkdtemp(prefix="divit-bench-"))
    if kept and kept.exists() and not (kept / FILLED).exists():
        sys.exit(f"{kept} is there, and no earlier run has filled it: name a folder that is not there yet.")
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    try:
        yield home
    finally:
        if not (kept and (home / FILLED).exists()):
            cluster = Cluster(home)
            for one in (cluster.data, cluster.socket_folder, cluster.elsewhere, home):
                shutil.rmtree(one, ignore_errors=True)


def arguments() -> argparse.Namespace:
    """What was typed."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("applications", nargs="?", type=int, default=1_000_000)
    reader.add_argument("--times", type=int, default=60, help="questions of each kind, at most 80")
    reader.add_argument("--keep", type=Path, help="a folder in which the filled database stays for the next run")
    return reader.parse_args()


if __name__ == "__main__":
    wanted = arguments()
    begun = time.perf_counter()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {wanted.applications:,} applications", flush=True
    )
    with folder(wanted.keep) as home, started(home) as database:
        code = run("registry_fill.py", wanted.applications, home / FILLED, cluster=database, role="divit")
        code = code or run("registry_questions.py", wanted.times, home / FILLED, cluster=database, role="divit_web")
    print(f"{time.perf_counter() - begun:.0f} s in all")
    sys.exit(code)
