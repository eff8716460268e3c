"""An authority, a card station, a courier, released applications, and an institution that gets its cards together."""

from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_consignments import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403
