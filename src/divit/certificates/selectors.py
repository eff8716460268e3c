"""Reading certificates: a person's own, what is published of them, and what was true at any past time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from divit.certificates.intents import OPEN, of_challenge
from divit.certificates.lifecycle import LAW, Act, HoldCause, IntentState, State
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Certificate, Intent, Issuer, PublishedStatus, StatusChange, StatusReceipt
from divit.certificates.services import ISSUE, facts_of
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.pki.reasons import Reason


def certificates_of(person_id: UUID) -> list[Certificate]:
    """All of a person's certificates, the newest first."""
    return list(Certificate.objects.filter(person_id=person_id).order_by("-issued_at", "id"))


def certificate_of(person_id: UUID, certificate_id: UUID) -> Certificate:
    """One of the person's own; `NotFound` for any other."""
    found = Certificate.objects.filter(person_id=person_id, pk=certificate_id).first()
    if found is None:
        raise NotFound("certificate")
    return found


def certificate(certificate_id: UUID) -> Certificate:
    """By id, for flows and desks. Raises `NotFound`."""
    found = Certificate.objects.filter(pk=certificate_id).first()
    if found is None:
        raise NotFound("certificate")
    return found


def open_certificates(person_id: UUID, institution_id: UUID) -> list[Certificate]:
    """Valid or suspended, and not expired: what a replacement will revoke."""
    return list(
        Certificate.objects.filter(person_id=person_id, institution_id=institution_id, not_after__gt=clock.now())
        .exclude(state=State.REVOKED)
        .order_by("-issued_at", "id")
    )


def held_by(person_ids: Iterable[UUID], institution_id: UUID) -> list[Certificate]:
    """Every certificate that these people ever got from an institution, without the DER."""
    found = Certificate.objects.filter(person_id__in=list(person_ids), institution_id=institution_id)
    return list(found.only("person_id", "serial", "state", "not_after").order_by("person_id", "id"))


def of_institution(institution_id: UUID | str) -> QuerySet[Certificate]:
    """Valid or suspended certificates of an institution that have not expired, by the holder's name."""
    return _standing().filter(institution_id=institution_id).order_by("person__search_key", "not_after", "id")


def all_of_institution(institution_id: UUID | str) -> QuerySet[Certificate]:
    """Every certificate that was issued through an institution, whatever has become of it, the newest first."""
    found = Certificate.objects.filter(institution_id=institution_id).select_related("person").defer("der")
    return found.order_by("-issued_at", "-id")


def some_of_institution(institution_id: UUID | str, ids: Iterable[UUID]) -> list[Certificate]:
    """These, whatever their state. Raises `NotFound` when one of them is not of the institution."""
    wanted = set(ids)
    found = Certificate.objects.filter(institution_id=institution_id, pk__in=wanted)
    rows = list(found.select_related("person").order_by("person__search_key", "not_after", "id"))
    if len(rows) != len(wanted):
        raise NotFound("certificate")
    return rows


def ending_of(institution_id: UUID | str, *, until: date) -> QuerySet[Certificate]:
    """Those of an institution whose last day is not after `until`, the first to end first."""
    found = _standing().filter(institution_id=institution_id, not_after__lt=clock.end_of(until))
    return found.order_by("not_after", "id")


def ending(*, until: date) -> list[tuple[UUID, datetime]]:
    """Id and end of all whose last day is not after `until` and whose holder has none of the same institution that
    lasts longer, the first to end first."""
    longer = _standing().filter(
        person_id=OuterRef("person_id"), institution_id=OuterRef("institution_id"), not_after__gt=OuterRef("not_after")
    )
    found = _standing().filter(~Exists(longer), not_after__lt=clock.end_of(until)).order_by("not_after", "id")
    return list(found.values_list("id", "not_after"))


def newest_ends(person_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], datetime]:
    """By person and institution the end of the certificate that lasts longest."""
    found = _standing().filter(person_id__in=list(person_ids)).order_by("person_id", "institution_id")
    ends = found.values("person_id", "institution_id").annotate(ends=Max("not_after"))
    return {(row["person_id"], row["institution_id"]): row["ends"] for row in ends}


def _standing() -> QuerySet[Certificate]:
    found = Certificate.objects.filter(not_after__gt=clock.now()).exclude(state=State.REVOKED)
    return found.select_related("person").defer("der")


def count_standing(institution_id: UUID) -> dict[State, int]:
    """How many certificates of an institution are valid and on hold, the expired ones left out."""
    found = Certificate.objects.filter(institution_id=institution_id, not_after__gt=clock.now())
    counts = dict(found.values_list("state").annotate(n=Count("id")).order_by("state"))
    return {state: counts.get(state, 0) for state in (State.VALID, State.SUSPENDED)}


def standing_of_order(card_order_id: UUID) -> Certificate | None:
    """The one certificate of a card order that is not revoked, if it stands already."""
    return Certificate.objects.filter(card_order_id=card_order_id).exclude(state=State.REVOKED).first()


def closed_for_leaving(card_order_id: UUID) -> bool:
    """Whether the institution revoked a certificate of this card order because its holder has left."""
    reason = Reason.AFFILIATION_CHANGED.text
    return Certificate.objects.filter(card_order_id=card_order_id, state=State.REVOKED, reason=reason).exists()


def standing_of_orders(card_order_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these card orders whose certificate exists and is not revoked."""
    found = Certificate.objects.filter(card_order_id__in=list(card_order_ids)).exclude(state=State.REVOKED)
    return set(found.order_by("id").values_list("card_order_id", flat=True))


def made_for(challenge: str) -> Certificate | None:
    """The certificate of one card, whatever has become of it; `challenge` is what the card's key was proven by."""
    return Certificate.objects.filter(intent__challenge=challenge).first()


def given_up(challenge: str) -> bool:
    """Whether the signer will never make the certificate of this card."""
    intent = of_challenge(challenge)
    return intent is not None and intent.state == IntentState.ABANDONED


def whose(certificate_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(certificate, institution, card order) of each of these certificates."""
    found = Certificate.objects.filter(id__in=list(certificate_ids)).order_by("id")
    return list(found.values_list("id", "institution_id", "card_order_id"))


def is_expired(certificate: Certificate) -> bool:
    """Süresi Dolmuş: the clock, not a state."""
    return clock.now() > certificate.not_after


def acts_open_to(certificate: Certificate, *, by: Actor) -> list[Act]:
    """What the buttons are drawn from; proofs that the next page will ask for are taken as given."""
    facts = facts_of(certificate, by=by, now=clock.now(), step_up=True, caller_proven=True, second_person=True)
    return [Act(act) for act in LAW.open_to(role=by.role, state=State(certificate.state), facts=facts)]


def change_of(person_id: UUID, change_id: UUID) -> StatusChange:
    """One act on one of the person's own certificates; `NotFound` for any other."""
    found = _changes().filter(certificate__person_id=person_id, pk=change_id).first()
    if found is None:
        raise NotFound("status change")
    return found


def change(change_id: UUID) -> StatusChange:
    """By id, for jobs. Raises `NotFound`."""
    found = _changes().filter(pk=change_id).first()
    if found is None:
        raise NotFound("status change")
    return found


def changes_of(certificate: Certificate) -> list[StatusChange]:
    """Everything that ever happened to its status, oldest first."""
    return list(_changes().filter(certificate=certificate).order_by("change_seq"))


def held_for_cause(certificate: Certificate) -> StatusChange | None:
    """The suspension by institution or centre that stands: who did it and why, so that one knows whom to ask."""
    if certificate.state != State.SUSPENDED or certificate.hold_cause not in (HoldCause.INSTITUTION, HoldCause.CENTRE):
        return None
    return _changes().filter(certificate=certificate, act=str(Act.SUSPEND)).order_by("-change_seq").first()


def overtaken(change: StatusChange) -> bool:
    """Whether a later act has changed the status again."""
    return StatusChange.objects.filter(certificate_id=change.certificate_id, change_seq__gt=change.change_seq).exists()


def status_at(certificate: Certificate, at: datetime) -> State | None:
    """Its state at a past time; None before it was issued."""
    last = StatusChange.objects.filter(certificate=certificate, at__lte=at).order_by("-change_seq").first()
    return State(last.state) if last else None


def receipt_of(change: StatusChange) -> StatusReceipt | None:
    """The receipt of an act, sealed or not yet; acts of production have none."""
    return StatusReceipt.objects.select_related("change__certificate").filter(change=change).first()


def unfinished_intents(*, older_than: timedelta) -> list[UUID]:
    """Intents that somebody should have finished by now."""
    return list(
        Intent.objects.filter(state__in=OPEN, created_at__lt=clock.now() - older_than)
        .order_by("created_at")
        .values_list("id", flat=True)
    )


def open_intents_of(issuer_id: UUID) -> list[UUID]:
    """What is to be signed by one authority and is not signed yet."""
    return list(Intent.objects.filter(issuer_id=issuer_id, state__in=OPEN).order_by("id").values_list("id", flat=True))


def standing_of_issuer(issuer_id: UUID, *, most: int) -> list[UUID]:
    """Certificates of one authority that are neither revoked nor expired, so many of them."""
    found = Certificate.objects.filter(issuer_id=issuer_id, not_after__gt=clock.now()).exclude(state=State.REVOKED)
    return list(found.order_by("id").values_list("id", flat=True)[:most])


def closed_since(issuer_id: UUID, since: datetime) -> dict[UUID, int]:
    """By institution, how many unexpired certificates of an authority ended since without a reason of their own."""
    found = Certificate.objects.filter(
        issuer_id=issuer_id, revoked_at__gte=since, reason=Reason.UNSPECIFIED.text, not_after__gt=clock.now()
    )
    return dict(found.values_list("institution_id").annotate(n=Count("id")).order_by("institution_id"))


def many_wait(*, at_least: int) -> bool:
    """Whether so many intents wait for the signer that they are better signed together."""
    waiting = Intent.objects.filter(state=IntentState.LINTED, replaces=False).order_by("created_at")
    return len(waiting.values_list("pk", flat=True)[:at_least]) == at_least


def births_of(batch_id: UUID) -> list[StatusChange]:
    """How the certificates that were signed together came to stand, the first of them first."""
    changes = StatusChange.objects.filter(certificate__intent__batch_id=batch_id, act=ISSUE)
    return list(changes.select_related("certificate__person").defer("certificate__der").order_by("change_seq"))


def may_be_handed_out(certificate_id: UUID) -> bool:
    """Whether pkilint has passed it: until then it is written on no card."""
    return Certificate.objects.filter(pk=certificate_id, intent__judged_at__isnull=False).exists()


def issuer(issuer_id: UUID) -> Issuer:
    """By id, for flows. Raises `NotFound`."""
    found = Issuer.objects.filter(pk=issuer_id).first()
    if found is None:
        raise NotFound("issuer")
    return found


def list_numbered(issuer: Issuer, number: int) -> PublishedCrl | None:
    """A list by its number."""
    return PublishedCrl.objects.filter(issuer=issuer, number=number).first()


def closed_as_of(issuer: Issuer, *, covers: int) -> tuple[set[str], set[str]]:
    """The serials that a list which `covers` so many changes must tell; and those of which a later change is known, so
    that nothing can be said of what it must tell of them."""
    rows = PublishedStatus.objects.filter(issuer=issuer).order_by("serial")
    closed = rows.exclude(status="good").filter(change_seq__lte=covers)
    later = rows.filter(change_seq__gt=covers)
    return set(closed.values_list("serial", flat=True)), set(later.values_list("serial", flat=True))


def published_of(certificate: Certificate) -> PublishedStatus:
    """What may be said of it now."""
    return PublishedStatus.objects.get(issuer_id=certificate.issuer_id, serial=certificate.serial)


def to_be_asked_about(*, since: datetime, sample: int) -> list[Certificate]:
    """Everything whose status changed lately, and some others by chance; without the expired."""
    rows = Certificate.objects.filter(not_after__gt=clock.now()).select_related("issuer", "intent").defer("intent__tbs")
    changed = StatusChange.objects.filter(at__gte=since).order_by("certificate_id").values("certificate_id")
    start = uuid4()
    others = list(rows.filter(pk__gt=start).order_by("id")[:sample])
    others += list(rows.filter(pk__lt=start).order_by("id")[: sample - len(others)])
    found = {row.pk: row for row in [*rows.filter(pk__in=changed).order_by("id"), *others]}
    return list(found.values())


def unsealed_receipts(*, older_than: timedelta) -> list[UUID]:
    """Acts whose receipt should have been sealed by now."""
    return list(
        StatusReceipt.objects.filter(sealed_at__isnull=True, change__at__lt=clock.now() - older_than)
        .order_by("change__at")
        .values_list("change_id", flat=True)
    )


def _changes() -> QuerySet[StatusChange]:
    changes = StatusChange.objects.select_related("certificate__issuer", "certificate__person")
    return changes.prefetch_related("evidence")
