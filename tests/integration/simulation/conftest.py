"""An empty house with its own authority, as old as the year to come, and neighbours whose clock can be moved."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.conf import settings as django_settings
from django.test import TransactionTestCase

from divit import wiring
from divit.kernel import tckn
from divit.launcher.addresses import Addresses
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.home import CHECKOUT
from divit.pki import ceremony
from divit.pki.keystores import open_keystore
from divit.project.configuration import Configuration
from tests.contract.conftest import free_port
from tests.running_service import DIVIT

BEGINS = datetime(2025, 12, 15, tzinfo=UTC)
_WIRES = (wiring.bank, wiring.sms, wiring.mail, wiring.courier, wiring.card_station)


@dataclass(frozen=True)
class Place:
    """Where the neighbours are, and where they read what time it is."""

    world: str
    clock: Path


@pytest.fixture
def make_place(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[Callable[[], Place]]:
    """A demo's house without its processes, over the tests' database, which each new house finds empty."""
    with ExitStack() as end:

        def make() -> Place:
            _empty()
            addresses = Addresses(web=free_port(), validation=free_port(), world=free_port(), smtp=free_port())
            environment = DemoEnvironment(tmp_path / str(addresses.world), addresses)
            environment.home.mkdir()
            environment.make_secrets()
            _hold_ceremony(environment)
            for name, value in environment.of("owner").items():
                if name.startswith("DIVIT_") and name not in {"DIVIT_SECRET_KEY", "DIVIT_BUILD"}:
                    monkeypatch.setenv(name, value)
            build = {"build": django_settings.DIVIT.build}
            settings.DIVIT = Configuration().model_copy(update=build)  # type: ignore[call-arg]
            _forget_wires()
            end.enter_context(_world(environment))
            return Place(world=addresses.world_url, clock=environment.home / "clock")

        end.callback(_forget_wires)
        end.callback(tckn.accept_invented, False)
        tckn.accept_invented()
        yield make


def _empty() -> None:
    TransactionTestCase._fixture_teardown(None)  # type: ignore[attr-defined]


def _forget_wires() -> None:
    for wire in _WIRES:
        wire.cache_clear()


@contextmanager
def _world(environment: DemoEnvironment) -> Iterator[None]:
    world = subprocess.Popen(
        [DIVIT, "run", "world"],
        env={**environment.of("world"), "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(environment.addresses.world_url)
        yield
    finally:
        world.terminate()
        world.wait()


def _hold_ceremony(environment: DemoEnvironment) -> None:
    stores = {}
    for name in ("signer", "validation"):
        where, secret = environment.keystore(name)
        stores[name] = open_keystore(where, secret=Path(secret).read_text())
    plan = ceremony.load_plan(CHECKOUT / "ops/ceremony/demo.yaml", validation_url=environment.addresses.validation_url)
    held = ceremony.Stores(root=stores["signer"], issuing=stores["signer"], validation=stores["validation"])
    ceremony.perform(plan, stores=held, out=environment.home / "ca", now=BEGINS)


def _wait_for(url: str) -> None:
    transport = httpx2.HTTPTransport(retries=50)
    with httpx2.Client(transport=transport, trust_env=False) as client:
        client.get(f"{url}/healthz", timeout=30).raise_for_status()
