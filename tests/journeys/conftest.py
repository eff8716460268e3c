"""The browser of the journeys: the system's Chromium."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.browser import ARGUMENTS, chromium


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One Chromium for all journeys of a run."""
    # Playwright keeps an event loop on this thread, and Django then asks to be told that this is meant.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()
