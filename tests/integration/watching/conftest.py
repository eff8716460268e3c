"""People with certificates, and the validation service that tells of them."""

from tests.fixtures_pki import *  # noqa: F403
