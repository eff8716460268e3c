"""Documents that follow from the code are compared with it."""

import pytest

from divit.launcher.documents import documents
from divit.launcher.home import CHECKOUT


@pytest.mark.parametrize("name", documents())
def test_a_written_document_is_what_the_code_says(name: str) -> None:
    assert (CHECKOUT / name).read_text() == documents()[name], "run `make documents`"


def test_no_diagram_outlives_its_law() -> None:
    drawn = {f"docs/lifecycles/{file.name}" for file in (CHECKOUT / "docs" / "lifecycles").glob("*.mmd")}
    assert drawn <= set(documents())
