"""Pictures of the journeys for docs/journeys: kept only when asked for (`make pictures`), small enough for git."""

import os

from playwright.sync_api import Page

from divit.launcher.home import CHECKOUT

PICTURES = CHECKOUT / "docs" / "journeys"


def wanted() -> bool:
    """Whether this run may change files in docs."""
    return os.environ.get("DIVIT_PICTURES") == "1"


def keep_picture(page: Page, step: str) -> None:
    """The page as a picture named after step and width, when wanted."""
    if wanted():
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=PICTURES / f"{step}-{width}.png", full_page=True)
