"""People with certificates."""

from tests.fixtures_pki import *  # noqa: F403
