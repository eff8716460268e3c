"""The browser of the journeys, and their people in the running service."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.home import CHECKOUT
from tests.journeys.browser import ARGUMENTS, Walker, chromium, window
from tests.journeys.roads import Door
from tests.running_service import Service


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """One Chromium for as long as one journey follows the other.

    Playwright keeps an event loop on this thread, and Django then asks to be told that this is meant. When other
    tests follow in the same process both are gone: they run loops of their own.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def walked(service: Service) -> Service:
    """The running service with the people of the journeys in it."""
    environment = DemoEnvironment(service.home, service.addresses).of("owner")
    subprocess.run([sys.executable, "-m", "tests.journeys.settle"], cwd=CHECKOUT, env=environment, check=True)
    return service


Open = Callable[..., AbstractContextManager[Walker]]


@pytest.fixture
def browse(chrome: Browser, walked: Service) -> Open:
    """Open a window on the running service; when it is closed, no page may have had a fault."""

    @contextmanager
    def opened(**options: Any) -> Iterator[Walker]:
        with window(chrome, base_url=walked.addresses.public_url, **options) as walker:
            yield walker
            assert walker.faults == [], "\n".join(walker.faults)

    return opened


@pytest.fixture(scope="session")
def door(walked: Service) -> Door:
    """Where staff sign in."""
    return Door(walked)
