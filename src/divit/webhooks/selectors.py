"""Reading addresses, and what was sent to each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.webhooks.events import TEST
from divit.webhooks.lifecycle import LAW, Act, Facts, State
from divit.webhooks.models import Delivery, DeliveryState, Webhook

# Of one institution at a time: each is one more that is called for everything that happens.
MOST_OPEN = 5


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How an address has been doing."""

    waiting: int
    given_up: int
    last_delivered: datetime | None


def webhooks_of(institution_id: UUID | str) -> list[Webhook]:
    """The addresses of an institution: the open ones first, the newest first."""
    return list(Webhook.objects.filter(institution_id=institution_id).order_by("-state", "-created_at", "id"))


def webhook_of(institution_id: UUID | str, webhook_id: UUID | str) -> Webhook:
    """An institution's own address. Raises `NotFound`, also when it is another's."""
    row = Webhook.objects.filter(institution_id=institution_id, id=webhook_id).order_by("id").first()
    if row is None:
        raise NotFound("webhook")
    return row


def webhook(webhook_id: UUID | str) -> Webhook:
    """Any address, for jobs. Raises `NotFound`."""
    row = Webhook.objects.filter(id=webhook_id).order_by("id").first()
    if row is None:
        raise NotFound("webhook")
    return row


def listening() -> dict[UUID, list[tuple[UUID, frozenset[str]]]]:
    """By institution its open addresses, each with its topics."""
    found: dict[UUID, list[tuple[UUID, frozenset[str]]]] = {}
    rows = Webhook.objects.filter(state=State.OPEN).order_by("id")
    for webhook_id, institution_id, topics in rows.values_list("id", "institution_id", "topics"):
        found.setdefault(institution_id, []).append((webhook_id, frozenset(topics)))
    return found


def deliveries_of(webhook_id: UUID | str) -> QuerySet[Delivery]:
    """What was sent to an address, the newest event first."""
    found = Delivery.objects.filter(webhook_id=webhook_id).select_related("message")
    return found.order_by("-message__at", "-message__seq", "id")


def delivery_of(webhook_id: UUID | str, delivery_id: UUID | str) -> Delivery:
    """One of them. Raises `NotFound`, also when it went to another address."""
    row = Delivery.objects.filter(webhook_id=webhook_id, id=delivery_id).order_by("id").first()
    if row is None:
        raise NotFound("webhook delivery")
    return row


def tallies(webhook_ids: Iterable[UUID]) -> dict[UUID, Tally]:
    """Of each of these addresses how it has been doing; of one that was never told anything, nothing."""
    rows = Delivery.objects.filter(webhook_id__in=list(webhook_ids)).values("webhook_id").order_by("webhook_id")
    counted = rows.annotate(
        waiting=Count("id", filter=Q(state=DeliveryState.WAITING)),
        given_up=Count("id", filter=Q(state=DeliveryState.FAILED)),
        last=Max("tried_at", filter=Q(state=DeliveryState.DELIVERED)),
    )
    return {
        row["webhook_id"]: Tally(waiting=row["waiting"], given_up=row["given_up"], last_delivered=row["last"])
        for row in counted
    }


def due(*, at: datetime) -> list[UUID]:
    """The addresses for which something waits whose time has come."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=at)
    awake = waiting.filter(Q(webhook__rests_until=None) | Q(webhook__rests_until__lte=at))
    return list(awake.order_by("webhook_id").values_list("webhook_id", flat=True).distinct())


def facts_of(row: Webhook, *, secret_no: int | None = None, by: Actor | None = None) -> Facts:
    """What the law looks at; `secret_no` is the secret that whoever acts (`by`, where that matters) has seen."""
    tests = Delivery.objects.filter(webhook=row, state=DeliveryState.WAITING, message__type=TEST)
    return Facts(
        test_waits=tests.filter(tries=0).exists(),
        secret_seen=secret_no in (None, row.secret_no),
        deputy=by is not None and bool(by.deputises_for),
    )


def acts_open_to(row: Webhook, *, by: Actor) -> list[Act]:
    """What the buttons are drawn from."""
    return [Act(act) for act in LAW.open_to(role=by.role, state=State(row.state), facts=facts_of(row, by=by))]
