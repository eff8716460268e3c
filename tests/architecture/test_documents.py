"""Documents that follow from the code are compared with it."""

from divit.launcher.diagrams import drawings
from divit.launcher.home import CHECKOUT


def test_lifecycle_diagrams_are_those_of_the_laws() -> None:
    folder = CHECKOUT / "docs" / "lifecycles"
    drawn = {file.name: file.read_text() for file in folder.glob("*.mmd")}
    assert drawn == drawings(), "run `make diagrams`"
