"""The only writer of addresses: added, tried out, renewed, closed; each act stands in the ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from divit.audit import moves
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.writing import line
from divit.webhooks import events, outbox, selectors
from divit.webhooks.addresses import Address
from divit.webhooks.lifecycle import LAW, Act, Facts, State
from divit.webhooks.models import Cursor, Webhook
from divit.webhooks.sealing import seal, unseal
from divit.webhooks.signing import new_secret

# As long the secret before signs beside the new one: time to put the new one in.
OVERLAP = timedelta(hours=24)
LONGEST_NAME = 60
CURSOR = "ledger"


def add(institution_id: UUID, *, address: Address, name: str, topics: Iterable[str], by: Actor) -> tuple[Webhook, str]:
    """A new address and its secret, which nobody sees again. In a transaction that holds the institution's addresses.

    Raises `Invalid` with the field, or `Refused` with `webhook_already_there`, `webhook_too_many` or
    `webhook_not_by_deputy`.
    """
    if by.deputises_for:
        raise Refused("webhook_not_by_deputy")
    chosen = events.known(topics)
    if not chosen:
        raise Invalid("webhook_topics_required", field="topics")
    called = line(name, field="name", longest=LONGEST_NAME)
    open_now = Webhook.objects.filter(institution_id=institution_id, state=State.OPEN)
    if open_now.count() >= selectors.MOST_OPEN:
        raise Refused("webhook_too_many", most=selectors.MOST_OPEN)
    secret, row_id = new_secret(), uuid4()
    try:
        with transaction.atomic():
            row = Webhook.objects.create(
                id=row_id,
                institution_id=institution_id,
                name=called,
                url=address.url,
                topics=chosen,
                secret=seal(secret, row_id=str(row_id)),
                created_at=clock.now(),
                created_by=str(by),
            )
    except IntegrityError as wrong:
        raise Refused("webhook_already_there") from wrong
    # The host alone: what stands behind it may be a secret of theirs.
    note = {"institution_id": str(institution_id), "host": address.host, "topics": chosen}
    moves.born(row, law=LAW, by=by, note=note)
    return row, secret


def locked(institution_id: UUID | str, webhook_id: UUID | str) -> Webhook:
    """An institution's own address, locked to the end of the transaction. Raises `NotFound`."""
    found = Webhook.objects.select_for_update(of=("self",), no_key=True)
    row = found.filter(institution_id=institution_id, id=webhook_id).first()
    if row is None:
        raise NotFound("webhook")
    return row


def rotate(row: Webhook, *, secret_no: int | None, by: Actor) -> str:
    """A new secret for a locked address; the present one signs beside it for a day. `secret_no`: which one was seen."""
    secret = new_secret()
    changes: dict[str, object] = {
        "secret": seal(secret, row_id=str(row.pk)),
        "secret_no": row.secret_no + 1,
        "old_secret": bytes(row.secret),
        "old_until": clock.now() + OVERLAP,
    }
    facts = selectors.facts_of(row, secret_no=secret_no, by=by)
    moves.move(row, Act.ROTATE, law=LAW, by=by, facts=facts, changes=changes, note={"secret_no": row.secret_no + 1})
    return secret


def keys_of(row: Webhook, *, at: datetime) -> list[str]:
    """The secrets that sign now, the newest first. Raises `Invalid("webhook_secret_unreadable")`."""
    sealed = [row.secret, row.old_secret] if row.old_until and row.old_until > at else [row.secret]
    return [unseal(bytes(one), row_id=str(row.pk)) for one in sealed]


def test(row: Webhook, *, by: Actor) -> None:
    """A message without an event to a locked address. Raises `Refused("webhook_test_waits")`."""
    facts = selectors.facts_of(row)
    LAW.decide(Act.TEST, role=by.role, state=State(row.state), facts=facts)
    outbox.write_test(row)
    moves.move(row, Act.TEST, law=LAW, by=by, facts=facts)


def replay(row: Webhook, *, since: datetime, by: Actor) -> int:
    """Everything since an instant again to a locked address, also what it was not there for; returns how many."""
    LAW.decide(Act.REPLAY, role=by.role, state=State(row.state), facts=Facts())
    count = outbox.again_since(row, since)
    moves.move(row, Act.REPLAY, law=LAW, by=by, facts=Facts(), note={"since": since.isoformat(), "messages": count})
    return count


def replay_one(row: Webhook, delivery_id: UUID | str, *, by: Actor) -> None:
    """One message again to a locked address. Raises `NotFound`."""
    LAW.decide(Act.REPLAY, role=by.role, state=State(row.state), facts=Facts())
    delivery = selectors.delivery_of(row.pk, delivery_id)
    outbox.again(row, delivery)
    moves.move(row, Act.REPLAY, law=LAW, by=by, facts=Facts(), note={"message": str(delivery.message_id)})


def close(row: Webhook, *, by: Actor) -> None:
    """Nothing is sent to a locked address any more; its secrets are destroyed."""
    _end(row, Act.CLOSE, by=by)


def vanish(row: Webhook, *, by: Actor) -> bool:
    """The program itself said that there is nothing there any more (410); False when it is closed already."""
    if not LAW.allows(Act.VANISH, role=by.role, state=State(row.state), facts=Facts()):
        return False
    _end(row, Act.VANISH, by=by)
    return True


def _end(row: Webhook, act: Act, *, by: Actor) -> None:
    LAW.decide(act, role=by.role, state=State(row.state), facts=Facts())
    outbox.drop(row)
    gone: dict[str, object] = {"secret": b"", "old_secret": b"", "old_until": None, "rests_until": None}
    moves.move(row, act, law=LAW, by=by, facts=Facts(), changes=gone)


def begin_following(seq: int) -> None:
    """From now on the ledger is read, what follows this entry; where it is read already nothing changes."""
    Cursor.objects.get_or_create(name=CURSOR, defaults={"seq": seq})


def forget_old_secrets() -> int:
    """Destroy the secrets that no longer sign; returns how many."""
    over = Webhook.objects.filter(old_until__lt=clock.now())
    return over.update(old_secret=b"", old_until=None)
