"""How long the registry desk waits at a million applications: `python bench/registry_search.py [applications]`.

Makes an embedded PostgreSQL of its own in a temporary folder, fills it with invented people, asks every kind of
question (registry_questions.py), prints p50 and p95, and takes everything away again. About seven minutes on two cores.
"""

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

APPLICATIONS = sys.argv[1] if len(sys.argv) > 1 else "1000000"
QUESTIONS = Path(__file__).with_name("registry_questions.py")


@contextmanager
def cluster_of_its_own() -> Iterator[dict[str, str]]:
    """The environment of a database that is gone afterwards; durable, as in production."""
    home = Path(tempfile.mkdtemp(prefix="divit-bench-"))
    home.chmod(0o755)
    cluster = Cluster(home)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        cluster.prepare()
        server = cluster.start()
        try:
            cluster.ensure_database()
            yield os.environ | {
                "DATABASE_URL": cluster.url(),
                "DIVIT_HOME": str(home),
                "DIVIT_MODE": "test",
                "DIVIT_SECRET_KEY": secrets.token_urlsafe(64),
                "DIVIT_SMTP_HOST": "127.0.0.1",
                "DJANGO_SETTINGS_MODULE": "divit.project.settings",
            }
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        for folder in (cluster.data, cluster.socket_folder, cluster.elsewhere, home):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    started = time.perf_counter()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {int(APPLICATIONS):,} applications", flush=True)
    with cluster_of_its_own() as environment:
        asked = subprocess.Popen([sys.executable, str(QUESTIONS), APPLICATIONS], env=environment)
        try:
            code = asked.wait()
        finally:
            asked.kill()
            asked.wait()
    print(f"{time.perf_counter() - started:.0f} s in all")
    sys.exit(code)
