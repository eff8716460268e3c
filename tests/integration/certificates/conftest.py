"""People with certificates."""

from tests.fixtures_pki import *  # noqa: F403
from tests.integration.console.conftest import at_desk, make_staff

__all__ = ["at_desk", "make_staff"]
