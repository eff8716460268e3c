"""Documents that follow from the code are compared with it."""

import re

import pytest

from divit.launcher.documents import documents
from divit.launcher.home import CHECKOUT


@pytest.mark.parametrize("name", documents())
def test_a_written_document_is_what_the_code_says(name: str) -> None:
    assert (CHECKOUT / name).read_text() == documents()[name], "run `make documents`"


def test_no_diagram_outlives_its_law() -> None:
    drawn = {f"docs/lifecycles/{file.name}" for file in (CHECKOUT / "docs" / "lifecycles").glob("*.mmd")}
    assert drawn <= set(documents())


def test_every_picture_of_the_journeys_is_shown_and_taken() -> None:
    folder = CHECKOUT / "docs" / "journeys"
    shown = set(re.findall(r"\]\(([\w-]+\.png)\)", (folder / "README.md").read_text()))
    assert shown == {file.name for file in folder.glob("*.png")}, "run `make pictures`, or tell of the picture"
    walked = "".join(file.read_text() for file in (CHECKOUT / "tests" / "journeys").glob("*.py"))
    taken = set(re.findall(r'picture\("([\w-]+)"\)', walked))
    assert {name.rpartition("-")[0] for name in shown} == taken
