"""The same people and institutions as in the tests of renewals."""

from tests.fixtures_cards import *  # noqa: F403
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, pay, reference_data, representative_of, treasury, way
from tests.integration.renewal.conftest import ayse, officer_of

__all__ = ["ayse", "ministry", "officer_of", "pay", "reference_data", "representative_of", "treasury", "way"]
