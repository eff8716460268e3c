"""Bildirim adresleri: an officer adds the address of a program, tries it, sends again, renews its secret, closes it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from divit.audit import selectors as audit
from divit.flows.notices import tell
from divit.flows.officers import own_institution
from divit.flows.webhook_following import order
from divit.institutions import selectors as institutions
from divit.institutions import services as institution_services
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid
from divit.webhooks import addresses, outbox, services
from divit.webhooks.models import Webhook


def add(*, url: str, name: str, topics: Iterable[str], by: Actor) -> tuple[Webhook, str]:
    """A new address of the officer's institution, and its secret, which is never to be had again.

    The other officers hear of it: where an institution's events go is nobody's secret. Raises `Invalid` with the
    field, `Refused`, or `NotFound` for somebody who is no officer today.
    """
    own = UUID(own_institution(by))
    address = addresses.permitted(url, allowed=settings.DIVIT.webhook_allowed)
    with transaction.atomic():
        institution_services.hold(own)
        # What happens from here on is told; the past of an institution is nobody's errand.
        services.begin_following(audit.newest_seq())
        row, secret = services.add(own, address=address, name=name, topics=topics, by=by)
        _tell_others(row, by=by)
    return row, secret


def rotate(webhook_id: UUID, *, secret_no: int | None, by: Actor) -> tuple[Webhook, str]:
    """A new secret; for a day the one before signs beside it. `secret_no`: which one was there when it was asked for.

    Raises `Refused` or `NotFound`.
    """
    with transaction.atomic():
        row = services.locked(own_institution(by), webhook_id)
        return row, services.rotate(row, secret_no=secret_no, by=by)


def test(webhook_id: UUID, *, by: Actor) -> None:
    """A message that tells of nothing, to see whether it arrives. Raises `Refused` or `NotFound`."""
    with transaction.atomic():
        row = services.locked(own_institution(by), webhook_id)
        services.test(row, by=by)
        order(row.pk)


def replay(webhook_id: UUID, *, since: datetime, by: Actor) -> int:
    """Everything since an instant once more, as far as it is kept; returns how many messages.

    Each under the id that it had: a program that has had it knows. Raises `Refused`, `Invalid` or `NotFound`.
    """
    now = clock.now()
    if not now - outbox.KEPT <= since <= now:
        raise Invalid("webhook_not_kept", field="since", days=outbox.KEPT.days)
    with transaction.atomic():
        row = services.locked(own_institution(by), webhook_id)
        count = services.replay(row, since=since, by=by)
        order(row.pk)
    return count


def replay_one(webhook_id: UUID, delivery_id: UUID, *, by: Actor) -> None:
    """One message once more. Raises `Refused` or `NotFound`."""
    with transaction.atomic():
        row = services.locked(own_institution(by), webhook_id)
        services.replay_one(row, delivery_id, by=by)
        order(row.pk)


def close(webhook_id: UUID, *, by: Actor) -> None:
    """Nothing more is sent there, for good. Raises `Refused` or `NotFound`."""
    with transaction.atomic():
        services.close(services.locked(own_institution(by), webhook_id), by=by)


def _tell_others(row: Webhook, *, by: Actor) -> None:
    for appointment in institutions.officers_of(row.institution_id):
        if str(appointment.person_id) != by.id:
            tell(
                person=appointment.person,
                notice="webhook_added",
                subject=("webhook", str(row.pk)),
                dedupe=f"webhook_added:{row.pk}:{appointment.person_id}",
                channel="email",
                institution=appointment.institution.name,
                name=row.name,
            )
