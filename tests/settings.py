"""Django settings of the test run: a throw-away embedded PostgreSQL unless DATABASE_URL names another."""

import atexit
import os
import secrets
import shutil
import signal
import tempfile
from pathlib import Path

from divit.launcher.postgres import Cluster
from divit.launcher.texts import compile_all

os.environ["DIVIT_MODE"] = "test"
os.environ.setdefault("DIVIT_SECRET_KEY", secrets.token_urlsafe(64))
os.environ.setdefault("DIVIT_SCAN_KEY", secrets.token_urlsafe(32))
os.environ.setdefault("DIVIT_SMTP_HOST", "127.0.0.1")

if "DATABASE_URL" not in os.environ:
    folder = Path(tempfile.mkdtemp(prefix="divit-test-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, durable=False)
    cluster.prepare()
    server = cluster.start()
    cluster.ensure_database()
    os.environ["DATABASE_URL"] = cluster.url()
    os.environ["DIVIT_HOME"] = str(folder)

    def _stop(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:
            server.send_signal(signal.SIGINT)
            server.wait()
            shutil.rmtree(cluster.data.parent if folder not in cluster.data.parents else cluster.data)
            shutil.rmtree(cluster.socket_folder, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(_stop)

from divit.project.settings import *  # noqa: F403

# Jobs run in threads of their own: a connection kept there would outlive its test.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]  # noqa: F405

# Pages are tested in both languages, and WhiteNoise wants its folder.
compile_all()
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405


class _Unknown(str):
    """A variable that a template names and its view does not give is a mistake, not an empty text."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"a template names the unknown variable {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Unknown("%s")  # type: ignore[index]  # noqa: F405
