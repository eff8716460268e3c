"""The built styles and data: the theme is made from its source, nothing is drawn from elsewhere, it is small."""

import gzip
import hashlib
import json
import re

from divit.launcher.home import CHECKOUT


def test_the_theme_is_the_one_that_its_source_makes() -> None:
    source = hashlib.sha256((CHECKOUT / "frontend/theme.json").read_bytes()).hexdigest()
    assert source in (CHECKOUT / "frontend/theme.css").read_text().splitlines()[0]


def test_the_lock_holds_no_registry() -> None:
    lock = json.loads((CHECKOUT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_styles_and_script_draw_nothing_from_elsewhere_and_are_small() -> None:
    built = CHECKOUT / ".build/static/divit"
    style, script = (built / "divit.css").read_bytes(), (built / "divit.js").read_bytes()
    outside = [url for url in re.findall(rb"url\(([^)]{0,40})", style) if b"data:" not in url]
    assert not outside
    assert b"@import" not in style
    assert len(gzip.compress(style, 9)) + len(gzip.compress(script, 9)) < 40_000


def test_all_provinces_and_districts_are_there() -> None:
    addresses = json.loads((CHECKOUT / ".build/data/addresses.json").read_text())
    assert len(addresses) == 81
    assert sum(map(len, addresses.values())) == 973
    assert "Merkez" in addresses["Erzincan"]
    assert re.fullmatch(r"\d{5}", next(iter(addresses["Erzincan"]["Merkez"].values())))
