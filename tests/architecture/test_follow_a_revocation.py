"""The guided walk names what is there: every path exists, and every name behind it stands in that file."""

import re
from collections.abc import Iterator

import pytest

from divit.launcher.home import CHECKOUT

_PAGE = (CHECKOUT / "docs" / "follow-a-revocation.md").read_text()
_PATH = re.compile(r"`(src/divit/[\w/.]+)`((?::? ?,? ?`\w+`)*)")


def _named() -> Iterator[tuple[str, str]]:
    for path, names in _PATH.findall(_PAGE):
        yield path, ""
        yield from ((path, name) for name in re.findall(r"`(\w+)`", names))


NAMED = sorted(set(_named()))


def test_all_seven_hops_are_there() -> None:
    assert [int(hop) for hop in re.findall(r"^\| (\d)\. ", _PAGE, re.MULTILINE)] == list(range(1, 8))
    assert len(NAMED) > 30
    assert len(_PAGE.splitlines()) <= 50


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_is_named_exists(path: str, name: str) -> None:
    """A definition, not a mention: a function, a class, a constant, or a view of the database."""
    text = (CHECKOUT / path).read_text()
    assert not name or re.search(rf"^\s*(async def|def|class|CREATE VIEW) {name}\b|^{name}\b.* = ", text, re.MULTILINE)


def test_no_file_is_named_otherwise() -> None:
    """Every file that the page speaks of is one that the test above has looked for."""
    spoken = set(re.findall(r"[\w/]+\.(?:py|sql)\b", _PAGE))
    assert spoken <= {path for path, _ in NAMED}


def test_the_one_word_finds_the_hops() -> None:
    hops = [
        path for path, _ in NAMED if re.search(r"portal/certificates/(urls|views)|flows/revocation|lifecycle", path)
    ]
    assert len(set(hops)) == 4
    assert all("revoke" in (CHECKOUT / path).read_text() for path in hops)
