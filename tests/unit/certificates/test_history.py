"""What was true at a past second, compared with a plain look at every moment of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from divit.certificates import history
from divit.certificates.history import Change, Said, Verdict
from divit.certificates.lifecycle import State

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
VALID, SUSPENDED, REVOKED = State.VALID, State.SUSPENDED, State.REVOKED


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def change(state: State, seconds: float, *, since: float | None = None, reason: str = "") -> Change:
    since = seconds if since is None and state is not VALID else since
    return Change(state=state, at=at(seconds), effective_at=None if since is None else at(since), reason=reason)


def verdict(run: list[history.Period], seconds: float, *, begins: float = -100, ends: float = 1000) -> Verdict:
    return history.verdict(run, at=at(seconds), not_before=at(begins), not_after=at(ends))


def test_a_hold_is_told_with_both_its_ends() -> None:
    run = history.periods([change(VALID, 0), change(SUSPENDED, 10.2, reason="certificateHold"), change(VALID, 20.2)])
    told = {second: verdict(run, second) for second in (-1, 0, 9, 10, 20, 21, 1000, 1001)}
    assert told == {
        -1: Verdict.NOT_YET, 0: Verdict.VALID, 9: Verdict.VALID, 10: Verdict.SUSPENDED, 20: Verdict.SUSPENDED,
        21: Verdict.VALID, 1000: Verdict.VALID, 1001: Verdict.EXPIRED,
    }  # fmt: skip
    hold = Said(status="revoked", reason="certificateHold", since=at(10))
    assert [history.said_then(run, at=at(second)) for second in (-1, 5, 15, 25)] == [
        None, Said(status="good"), hold, Said(status="good")
    ]  # fmt: skip
    assert history.said_now(run, at=at(15)) == hold


def test_a_hold_that_became_a_revocation_is_told_in_both_ways() -> None:
    """Published then: a hold. Published now of the same second: revoked since the hold began."""
    acts = [change(VALID, 0), change(SUSPENDED, 10, reason="certificateHold")]
    lost = history.periods([*acts, change(REVOKED, 50, since=10, reason="keyCompromise")])
    assert (verdict(lost, 9), verdict(lost, 30), verdict(lost, 50)) == (
        Verdict.VALID, Verdict.SUSPENDED, Verdict.REVOKED
    )  # fmt: skip
    assert history.said_then(lost, at=at(30)) == Said(status="revoked", reason="certificateHold", since=at(10))
    assert history.said_now(lost, at=at(30)) == Said(status="revoked", reason="keyCompromise", since=at(10))
    assert history.said_now(lost, at=at(9)) == Said(status="good")
    by_act = history.periods([*acts, change(REVOKED, 50, since=50, reason="keyCompromise")])
    assert history.said_now(by_act, at=at(30)) == history.said_then(by_act, at=at(30))


def test_an_earlier_hold_stays_what_it_was() -> None:
    run = history.periods(
        [
            change(VALID, 0),
            change(SUSPENDED, 10),
            change(VALID, 20),
            change(SUSPENDED, 30),
            change(REVOKED, 40, since=30),
        ]
    )
    assert verdict(run, 15) is Verdict.SUSPENDED
    assert history.said_now(run, at=at(15)) == Said(status="revoked", since=at(10))
    assert history.said_now(run, at=at(25)) == Said(status="good")


def test_validity_has_its_own_ends() -> None:
    run = history.periods([change(VALID, 5), change(REVOKED, 2000)])
    assert verdict(run, 6, begins=10) is Verdict.NOT_YET
    assert verdict(run, 1500) is Verdict.EXPIRED
    assert verdict(run, 2500) is Verdict.REVOKED  # also after its end: the worse of the two
    assert verdict([], 5) is Verdict.NOT_YET


@given(st.lists(st.integers(min_value=1, max_value=4000), max_size=12), st.booleans(), st.booleans())
def test_a_second_counts_as_valid_only_if_every_moment_of_it_was(gaps: list[int], held: bool, ends: bool) -> None:
    """Acts at any millisecond; every second of the story is compared with a look at each of its moments."""
    state, moment = (SUSPENDED if held else VALID), 300
    changes = [change(state, moment / 1000)]
    for gap in gaps:
        moment += gap
        state = VALID if state is SUSPENDED else SUSPENDED
        changes.append(change(state, moment / 1000))
    if ends:
        moment += 700
        changes.append(change(REVOKED, moment / 1000))
    run = history.periods(changes)
    assert all(one.ends == other.begins for one, other in pairwise(run))
    assert all(one.ends is None or one.begins < one.ends for one in run)
    for second in range(2, moment // 1000 + 3):
        seen = {_plainly(changes, second * 1000 + part) for part in range(0, 1000, 50)} | {
            _plainly(changes, int((one.at - START).total_seconds() * 1000 + 0.5))
            for one in changes
            if at(second) <= one.at < at(second + 1)
        }
        found = history.said_then(run, at=at(second))
        assert found is not None
        assert (found.status == "good") is (seen == {VALID}), (second, seen)


def _plainly(changes: list[Change], millisecond: int) -> State:
    moment = START + timedelta(milliseconds=millisecond)
    return [one.state for one in changes if one.at <= moment][-1]
