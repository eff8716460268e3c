"""How long a list of revoked certificates takes at 10,000, 100,000 and a million entries, beside others.

    python bench/crl.py [--quick] [--sizes 10000 100000 1000000]

Makes an embedded PostgreSQL of its own, with an authority whose keys lie in files, and fills it with revoked
certificates (crl_fill.py). Every run is a process of its own, so that its peak memory is its own (crl_measure.py,
crl_peers.py); the runs of all take turns. The last list is verified by the openssl command line.
"""

import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peers import tool
from table import ROUNDS, Row, arguments, show

from divit.launcher.postgres import Cluster

SIZES = (10_000, 100_000, 1_000_000)
SIGNED_WITHIN, CHANGED_WITHIN, ALL_WITHIN, MOST_MEGABYTES, TIMES_FASTER = 1.0, 0.5, 3.0, 100, 7
Figures = dict[str, float]


class Place:
    """One database, its authority, and the processes that work on them."""

    def __init__(self, home: Path, cluster: Cluster) -> None:
        self.home, self.cluster = home, cluster
        self.environment = os.environ | {
            "DATABASE_URL": cluster.url(),
            "DIVIT_HOME": str(home),
            "DIVIT_MODE": "test",
            "DIVIT_SECRET_KEY": secrets.token_urlsafe(64),
            "DIVIT_SMTP_HOST": "127.0.0.1",
            "DIVIT_KEYSTORE": f"software:{home / 'keys'}",
            "DIVIT_KEYSTORE_SECRET_FILE": str(home / "passphrase"),
            "DJANGO_SETTINGS_MODULE": "divit.project.settings",
        }
        (home / "passphrase").write_text(secrets.token_urlsafe(24))

    def run(self, script: str, *told: object) -> Figures:
        """One of the scripts beside this one, to its end; the figures that it printed last."""
        command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, told)]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        return figures


@contextmanager
def place() -> Iterator[Place]:
    """A database, durable as in production, that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="divit-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        cluster = Cluster(home)
        cluster.prepare()
        server = cluster.start()
        try:
            cluster.ensure_database()
            yield Place(home, cluster)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
            if home not in cluster.data.parents:
                subprocess.run(["rm", "-rf", str(cluster.data), str(cluster.socket_folder)], check=True)


def median(rounds: list[Figures]) -> Figures:
    """Of each figure."""
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def measure(size: int, *, rounds: int) -> Iterator[Row]:
    """Everything at one size."""
    with place() as here:
        first = here.run("crl_fill.py", size)
        found: dict[str, list[Figures]] = {"Divit": [], "cryptography": [], "openssl ca -gencrl": []}
        for _ in range(rounds):
            found["Divit"].append(here.run("crl_measure.py"))
            found["cryptography"].append(here.run("crl_peers.py", "cryptography"))
            if tool("openssl"):
                found["openssl ca -gencrl"].append(here.run("crl_peers.py", "openssl"))
        verified = here.run("crl_peers.py", "verify")
    assert verified["entries"] == size + rounds, verified
    yield from told(size, {who: median(runs) for who, runs in found.items() if runs}, first=first)


def told(size: int, found: dict[str, Figures], *, first: Figures) -> Iterator[Row]:
    """The table's rows for one size; goals are those of a million."""
    ours, what = found["Divit"], f"{size:,} entries"
    goals = size == SIZES[-1]

    def row(what_more: str, figure: str, unit: str, most: float) -> Row:
        goal, reached = (f"≤ {most:g} {unit}", ours[figure] <= most) if goals else ("", None)
        note = f"{ours['base']:.0f} MB before it began" if unit == "MB" else ""
        return Row("crl", "Divit", f"{what}: {what_more}", ours[figure], unit, goal, reached, note)

    yield row("database to signed bytes", "signed", "s", SIGNED_WITHIN)
    yield row("peak memory of that process", "signed_peak", "MB", MOST_MEGABYTES)
    yield row("one more revocation: made, checked, swapped", "published", "s", CHANGED_WITHIN)
    yield row("peak memory of all that", "published_peak", "MB", MOST_MEGABYTES)
    yield Row("crl", "Divit", f"{what}: its processor time", ours["processor"], "s", note="without PostgreSQL's own")
    whole = first["first"]
    goal, reached = (f"≤ {ALL_WITHIN:g} s", ours["published"] <= ALL_WITHIN) if goals else ("", None)
    yield Row("crl", "Divit", f"{what}: all checks and the swap", ours["published"], "s", goal, reached)
    yield Row(
        "crl", "Divit", f"{what}: the first list of all", whole, "s", note="nothing encoded before; once in a life"
    )
    yield Row("crl", "Divit", f"{what}: peak memory of the first", first["first_peak"], "MB")
    yield Row("crl", "Divit", f"{what}: nightly comparison, all encoded anew", first["compared"], "s")
    for who, theirs in found.items():
        if who != "Divit":
            times = theirs["signed"] / ours["signed"]
            goal, reached = (f"≥ {TIMES_FASTER} ×", times >= TIMES_FASTER) if goals else ("", None)
            yield Row("crl", who, what, theirs["signed"], "s", note=f"{theirs['signed_peak']:.0f} MB")
            yield Row("crl", f"Divit ÷ {who}", what, times, "×", goal, reached)


def main() -> int:
    """1 when a goal was missed."""
    reader = arguments(__doc__)
    reader.add_argument("--sizes", nargs="*", type=int)
    wanted = reader.parse_args()
    sizes = wanted.sizes or ((2_000,) if wanted.quick else SIZES)
    rows = [row for size in sizes for row in measure(size, rounds=2 if wanted.quick else ROUNDS)]
    notes = ["Divit reads PostgreSQL, openssl its index file, cryptography a file of lines; all sign with P-384."]
    return 0 if show("Lists of revoked certificates", rows, notes) else 1


if __name__ == "__main__":
    sys.exit(main())
