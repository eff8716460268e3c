"""The same world as the applications' tests: an authority, institutions, an application on its way."""

from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, reference_data, way

__all__ = ["ministry", "reference_data", "way"]
