"""What is newer wins, in whichever order it arrives; and no gap is taken for read because something behind it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from divit.kernel import clock
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.state import moment
from divit.validation.status_code import coded
from divit.validation.status_index import StatusIndex
from divit.validation.status_work import spooled
from divit.validation.status_writer import StatusWriter
from tests.unit.validation.state import OURS, change, filled

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
HOLD, LOST = Revoked(AT, Reason.CERTIFICATE_HOLD), Revoked(AT, Reason.KEY_COMPROMISE)


@pytest.mark.parametrize(
    ("followed", "loaded", "known"),
    [
        ((Good(), 10), LOST, LOST),  # lifted, then revoked: the load saw both, the log the first alone
        ((HOLD, 15), Good(), HOLD),  # suspended after the load had looked
        ((LOST, 10), Good(), LOST),  # a database that has forgotten it: closed is closed
    ],
)
def test_a_table_read_anew_is_not_undone_by_an_older_change(
    tmp_path: Path, followed: tuple[Good | Revoked, int], loaded: Good | Revoked, known: Good | Revoked
) -> None:
    writer = filled(tmp_path, [(OURS, 7, HOLD)])
    work = writer.begin()
    status, seq = followed
    if status == HOLD:  # it was good before
        writer.take([change(OURS, 7, Good(), 9)])
    writer.take([change(OURS, 7, status, seq)])
    with spooled(tmp_path, [(OURS, 7, loaded)]) as spool:
        work.replace(spool, known_at=moment(clock.now).wall, highest_change=12)
    writer.install(work)
    assert StatusIndex.open(tmp_path).status_of(OURS, 7) == known
    writer.close()


def test_what_a_notice_names_leaves_the_numbers_before_it_to_be_read(tmp_path: Path) -> None:
    writer = filled(tmp_path, [(OURS, 7, Good()), (OURS, 8, Good())])
    assert writer.known is not None
    writer.take([change(OURS, 7, HOLD, 40)])
    writer.take([change(OURS, 8, LOST, 9000)], in_order=False)
    assert writer.known.highest_change == 40
    writer.close()
    again = StatusWriter.open(tmp_path)
    assert again.known is not None
    assert again.known.highest_change <= 40
    assert again.known.code(OURS, 8) == coded(LOST)
    again.close()


def test_a_closing_before_1970_does_not_pass_for_good() -> None:
    with pytest.raises(ValueError, match="1970"):
        coded(Revoked(datetime(1969, 12, 31, tzinfo=UTC), Reason.KEY_COMPROMISE))
