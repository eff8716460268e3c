"""Signatures as everybody else's library reads them, the table of events, and the patience of the schedule."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from divit.project.laws import LAWS
from divit.webhooks import schedule, signing, words
from divit.webhooks.events import EVENTS, TEST, Topic, topic_of

BODY = b'{"type":"request.approved","data":{}}'


def _headers(*keys: str, at: datetime | None = None) -> dict[str, str]:
    return signing.headers("msg_1", at=at or datetime.now(UTC), body=BODY, keys=keys)


def test_the_reference_library_takes_the_signature() -> None:
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert secret != signing.new_secret()
    assert Webhook(secret).verify(BODY, _headers(secret)) == {"type": "request.approved", "data": {}}


def test_while_secrets_overlap_either_holds_and_no_third_does() -> None:
    new, old, other = (signing.new_secret() for _ in range(3))
    headers = _headers(new, old)
    for secret in (new, old):
        assert Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


def test_a_changed_body_id_or_time_does_not_hold() -> None:
    secret = signing.new_secret()
    headers = _headers(secret)
    for wrong in ({"webhook-id": "msg_2"}, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY, headers | wrong)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):  # the library's tolerance is five minutes
        Webhook(secret).verify(BODY, _headers(secret, at=datetime.now(UTC) - timedelta(minutes=6)))


def test_the_table_of_events_speaks_of_acts_that_there_are() -> None:
    acts = {f"{law.name}.{act}" for law in LAWS for _source, act, _target in law.moves()}
    acts |= {f"{law.name}.begin" for law in LAWS}
    # Written beside a move, or of what has no law.
    acts |= {"request.answered", "application.form_received", "application.form_returned", "statement.begin"}
    assert EVENTS.keys() <= acts
    assert len(set(EVENTS.values())) == len(EVENTS)
    for act, event in EVENTS.items():
        assert topic_of(act) == topic_of(event) == Topic(topic_of(event))
    assert {*EVENTS.values(), TEST} == set(words.EVENTS)
    assert set(words.TOPICS) == set(Topic)
    assert {topic_of(event) for event in EVENTS.values()} == set(Topic)


def test_the_documentation_names_every_type() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "integrations" / "webhooks.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (`[^|]+`) \|", page, re.MULTILINE))
    told = {f"{topic}.{one}" for topic, types in rows.items() for one in re.findall(r"`(\w+)`", types)}
    assert told == set(EVENTS.values())


def test_a_message_is_tried_for_more_than_three_days_and_less_than_four() -> None:
    total = timedelta()
    for tries in range(1, len(schedule.PAUSES) + 1):
        pause = schedule.pause_after(tries)
        assert pause is not None
        assert timedelta(seconds=schedule.PAUSES[tries - 1]) <= pause
        total += pause
    assert schedule.pause_after(len(schedule.PAUSES) + 1) is None
    assert timedelta(days=3) < total < schedule.LONGEST


def test_a_program_is_left_alone_for_ever_longer_and_as_it_wishes() -> None:
    own = [schedule.rest_after(failures).total_seconds() for failures in range(1, 12)]
    assert own[0] == 5
    assert own == sorted(own)
    assert own[-1] == 300
    assert schedule.rest_after(1, wished=120) == timedelta(seconds=120)
    assert schedule.rest_after(500, wished=10**9) == timedelta(days=1)
