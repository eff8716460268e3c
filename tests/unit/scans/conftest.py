"""A form as the product prints it."""

import pytest
from PIL import Image

from divit.applications import content
from divit.applications.models import Application
from tests import paper
from tests.unit.applications.test_form_pdf import application, printed

__all__ = ["form", "row"]


@pytest.fixture(scope="session")
def row() -> Application:
    return application()


@pytest.fixture(scope="session")
def form(row: Application) -> Image.Image:
    return paper.sheet(printed(row))


@pytest.fixture(scope="session")
def mark(row: Application) -> str:
    return content.mark(row.reference, row.content_hash)
