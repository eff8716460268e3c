"""Reading applications: a person's own, an institution's own, and what the clock must look at."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, QuerySet

from divit.applications.lifecycle import AWAITING_THE_CARD, RUNNING, State
from divit.applications.models import Application, FormVisit, Requirement
from divit.applications.requirements import OBSERVED, RequirementKind
from divit.applications.services import PREFILLED
from divit.kernel.errors import NotFound


def _all() -> QuerySet[Application]:
    return Application.objects.select_related("institution", "person")


def application(application_id: UUID | str) -> Application:
    """Any application. Raises `NotFound`."""
    return _found(_all().filter(pk=application_id))


def application_of(person_id: UUID | str, application_id: UUID | str) -> Application:
    """A person's own application. Raises `NotFound`, also when it is somebody else's."""
    return _found(_all().filter(pk=application_id, person_id=person_id))


def applications_of(person_id: UUID | str) -> list[Application]:
    """All applications of a person, newest first."""
    return list(_all().filter(person_id=person_id).order_by("-created_at", "-id"))


def running_of(person_id: UUID | str, *, institution_id: UUID | str | None = None) -> list[Application]:
    """The applications of a person that are under way, newest first."""
    found = _all().filter(person_id=person_id, state__in=RUNNING).order_by("-created_at", "-id")
    return list(found.filter(institution_id=institution_id) if institution_id else found)


def under_way(person_ids: Iterable[UUID]) -> list[Application]:
    """What these people have sent off and not yet got; a draft is nobody's business but its person's."""
    found = _all().filter(person_id__in=list(person_ids), state__in=[State.OPEN, State.RELEASED])
    return list(found.order_by("submitted_at", "id"))


def is_under_way(person_id: UUID, institution_id: UUID) -> bool:
    """Whether an application of the person at this institution was sent off and is not produced yet."""
    found = Application.objects.filter(person_id=person_id, institution_id=institution_id)
    return found.filter(state__in=[State.OPEN, State.RELEASED]).exists()


def by_reference(reference: str) -> Application:
    """The application with this canonical reference (see `reference.read_reference`). Raises `NotFound`."""
    return _found(_all().filter(reference=reference))


def by_references(references: Iterable[str]) -> dict[str, Application]:
    """Those of these canonical references that there are, each with its application."""
    found = _all().filter(reference__in=set(references)).order_by("id")
    return {row.reference: row for row in found}


def of_institution(institution_id: UUID | str, *, states: Iterable[State] = (State.OPEN,)) -> QuerySet[Application]:
    """The applications of one institution, the longest waiting first."""
    return _all().filter(institution_id=institution_id, state__in=list(states)).order_by("submitted_at", "id")


def sent_off_at(institution_id: UUID | str) -> QuerySet[Application]:
    """Everything that was ever sent off through an institution, the newest first; drafts are their person's alone."""
    return _all().filter(institution_id=institution_id, submitted_at__isnull=False).order_by("-submitted_at", "-id")


def among(application_ids: Iterable[UUID], *, states: Iterable[State]) -> QuerySet[Application]:
    """Those of these applications that are in one of these states."""
    return _all().filter(pk__in=list(application_ids), state__in=list(states)).order_by("submitted_at", "id")


def running_at(institution_id: UUID | str, person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people whose application at this institution is under way."""
    found = Application.objects.filter(institution_id=institution_id, person_id__in=list(person_ids))
    return set(found.filter(state__in=RUNNING).order_by("id").values_list("person_id", flat=True))


def standing_of(application_ids: Iterable[UUID]) -> dict[UUID, tuple[State, frozenset[RequirementKind]]]:
    """State and open requirements of many applications, in two questions."""
    ids = list(application_ids)
    waiting: dict[UUID, set[RequirementKind]] = {}
    left = Requirement.objects.filter(application_id__in=ids, closed_at=None).order_by("id")
    for application_id, kind in left.values_list("application_id", "kind"):
        waiting.setdefault(application_id, set()).add(RequirementKind(kind))
    states = Application.objects.filter(pk__in=ids).order_by("id").values_list("id", "state")
    return {pk: (State(state), frozenset(waiting.get(pk, ()))) for pk, state in states}


def count_by_what_is_left(application_ids: QuerySet[Any, UUID | None]) -> Counter[frozenset[RequirementKind]]:
    """How many of these applications wait for which requirements, in one question; those that wait for none are not
    among them."""
    left = Requirement.objects.filter(application_id__in=application_ids, closed_at=None).values_list("application_id")
    kinds = left.annotate(kinds=ArrayAgg("kind", order_by="kind")).order_by("application_id")
    counted = Counter(tuple(one) for one in kinds.values_list("kinds", flat=True))
    return Counter({frozenset(map(RequirementKind, kinds)): n for kinds, n in counted.items()})


def count_by_state(institution_id: UUID | str) -> dict[State, int]:
    """How many applications of an institution stand in each state (drafts are the person's own)."""
    found = Application.objects.filter(institution_id=institution_id).exclude(state=State.DRAFT)
    counts = dict(found.values_list("state").annotate(n=Count("id")).order_by("state"))
    return {state: counts[state] for state in State if state in counts}


def requirements_of(application: Application) -> list[Requirement]:
    """Every requirement, in the order in which people meet them."""
    order = list(RequirementKind)
    rows = Requirement.objects.filter(application=application).order_by("id")
    return sorted(rows, key=lambda row: order.index(RequirementKind(row.kind)))


def open_requirements(application: Application) -> list[RequirementKind]:
    """What is still waited for."""
    return [RequirementKind(row.kind) for row in requirements_of(application) if row.closed_at is None]


def form_visits(application: Application) -> list[FormVisit]:
    """What happened to the signed form, oldest first."""
    return list(FormVisit.objects.filter(application=application).order_by("at", "id"))


def earlier_answers(person_id: UUID | str) -> dict[str, object]:
    """What the person's latest submitted application says, for a new draft."""
    found = Application.objects.filter(person_id=person_id).exclude(submitted_at=None)
    latest = found.order_by("-submitted_at", "-id").first()
    return {name: getattr(latest, name) for name in PREFILLED} if latest else {}


def lapsing(*, before: date) -> list[UUID]:
    """Ids of drafts and open applications whose time ends before this day."""
    found = Application.objects.filter(state__in=[State.DRAFT, State.OPEN], lapses_on__lt=before)
    return list(found.order_by("lapses_on", "id").values_list("id", flat=True))


def to_look_at(*, person_id: UUID | str | None = None) -> list[UUID]:
    """Ids of open applications that may be ready without anybody's act.

    They wait for something that is only observed, or for nothing at all (a process died before it released them).
    """
    found = Application.objects.filter(state=State.OPEN)
    if person_id is not None:
        found = found.filter(person_id=person_id)
    by_looking = Requirement.objects.filter(application=OuterRef("pk"), kind__in=[str(kind) for kind in OBSERVED])
    waiting = Requirement.objects.filter(application=OuterRef("pk"), closed_at=None)
    found = found.filter(Exists(by_looking) | ~Exists(waiting))
    return list(found.order_by("submitted_at", "id").values_list("id", flat=True))


def by_ids(application_ids: Iterable[UUID | str]) -> list[Application]:
    """Many applications at once, without their person and institution."""
    return list(Application.objects.filter(pk__in=list(application_ids)).order_by("id"))


def awaiting_their_card() -> list[UUID]:
    """Ids of all submitted applications whose card is not yet in hand."""
    found = Application.objects.filter(state__in=AWAITING_THE_CARD)
    return list(found.order_by("submitted_at", "id").values_list("id", flat=True))


def requirements_of_many(application_ids: Iterable[UUID]) -> dict[UUID, dict[str, datetime | None]]:
    """For each application its requirements and when they were closed."""
    found: dict[UUID, dict[str, datetime | None]] = {}
    rows = Requirement.objects.filter(application_id__in=list(application_ids)).order_by("id")
    for application_id, kind, closed_at in rows.values_list("application_id", "kind", "closed_at"):
        found.setdefault(application_id, {})[kind] = closed_at
    return found


def returned_forms(application_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How often the form was given back, for the applications where it was."""
    rows = FormVisit.objects.filter(application_id__in=list(application_ids), outcome=FormVisit.Outcome.RETURNED)
    counted = rows.values_list("application_id").annotate(times=Count("id")).order_by("application_id")
    return dict(counted)


def waiting_for(
    requirement: str, *, submitted_before: datetime, institution_id: UUID | str | None = None
) -> QuerySet[Application]:
    """Open applications that have waited for a requirement since before an instant, the longest waiting first."""
    found = _all().filter(state=State.OPEN, submitted_at__lt=submitted_before)
    if institution_id is not None:
        found = found.filter(institution_id=institution_id)
    waits = Requirement.objects.filter(application=OuterRef("pk"), kind=requirement, closed_at=None)
    return found.filter(Exists(waits)).order_by("submitted_at", "id")


def _found(rows: QuerySet[Application]) -> Application:
    row = rows.first()
    if row is None:
        raise NotFound
    return row
