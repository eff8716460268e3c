"""A simulated year makes nothing anew but what a simulated year has made, and can be opened afterwards."""

import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from divit.launcher import demo, simulate
from divit.launcher.addresses import Addresses, PortTaken
from divit.launcher.history import History
from divit.launcher.home import CHECKOUT
from divit.pki import ceremony
from tests.running_service import free_block


def test_a_demo_s_folder_is_not_made_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = History(tmp_path)
    history.begin(datetime(2025, 1, 1, tzinfo=UTC))
    history.end()
    (tmp_path / "postgres").mkdir()
    assert simulate.main(["--home", str(tmp_path), "--people", "1"]) == 1
    assert "holds things that no simulation has put there" in capsys.readouterr().err
    assert (tmp_path / "postgres").exists()


def test_a_simulation_that_runs_or_is_looked_at_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    History(tmp_path).begin_simulation(datetime(2025, 1, 1, tzinfo=UTC))
    (tmp_path / "ca").mkdir()
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert simulate.main(["--home", str(tmp_path), "--people", "1"]) == 1
    assert "running already" in capsys.readouterr().err
    assert (tmp_path / "ca").exists()
    (tmp_path / "thesis.txt").write_text("mine")
    demo.throw_away(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["demo.lock", "thesis.txt"]
    assert not History(tmp_path).is_simulation


def test_its_ports_are_those_that_a_demo_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIVIT_PORT", raising=False)
    found = Addresses.free()
    monkeypatch.setenv("DIVIT_PORT", str(found.web))
    assert Addresses.from_environment() == found
    monkeypatch.setenv("DIVIT_PORT", str(free_block()))
    assert Addresses.free() == Addresses.from_environment()
    monkeypatch.setenv("DIVIT_PORT", "nonsense")
    with pytest.raises(PortTaken):
        Addresses.free()


@pytest.mark.parametrize(
    "asked", [["--history", "-5"], ["--history", "99999999"], ["--history-days", "0"], ["--history-days", "1096"]]
)
def test_a_past_that_cannot_be_is_refused_before_anything_is_made(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIVIT_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit):
        demo.main(asked)
    assert "is not between" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
    plan = ceremony.load_plan(CHECKOUT / "ops/ceremony/demo.yaml", validation_url="http://127.0.0.1:8001")
    assert plan.seal.days > demo.MOST_DAYS
