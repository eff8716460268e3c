"""An authority, a card station, a courier, and released applications."""

from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403
