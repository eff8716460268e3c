"""İlerleme: how far each person of a list is and how many are where, from what every room knows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.requirements import RULE_OF, Awaits, RequirementKind
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import ConsignmentState
from divit.delivery.lifecycle import State as ParcelState
from divit.production import selectors as production
from divit.rosters import selectors
from divit.rosters.lifecycle import STANDING, State
from divit.rosters.models import Request

Standing = tuple[ApplicationState, frozenset[RequirementKind]]
Parcel = tuple[ParcelState, ConsignmentState | None]


class Stage(StrEnum):
    """Where a person of a list is: each is in one."""

    INVITED = "invited"  # davet edildi, başlamadı
    BEGUN = "begun"  # başvuruyu dolduruyor
    WAITING_FOR_FORM = "waiting_for_form"  # imzalı form bekleniyor
    WAITING_FOR_APPROVAL = "waiting_for_approval"  # kurumun onayı bekleniyor
    WAITING_OTHERWISE = "waiting_otherwise"  # eski sertifika ya da yenileme günü bekleniyor
    IN_PRODUCTION = "in_production"  # üretimde
    ON_THE_WAY = "on_the_way"  # yolda
    WITH_REPRESENTATIVE = "with_representative"  # e-imza temsilcisinde
    DELIVERED = "delivered"  # teslim edildi
    ENDED = "ended"  # reddedildi, geri çekildi ya da süresi doldu


class Waits(StrEnum):
    """Who is waited for."""

    PERSON = "person"
    REPRESENTATIVE = "representative"
    OFFICER = "officer"
    CENTRE = "centre"
    COURIER = "courier"
    CLOCK = "clock"


# What came back, or never came out of its box, is the centre's to send again or to make anew.
_CENTRES_TURN = frozenset({ParcelState.MISSING, ParcelState.RETURNING, ParcelState.RETURNED, ParcelState.LOST})
_BOX_ASTRAY = frozenset({ConsignmentState.RETURNED, ConsignmentState.UNPACKED, ConsignmentState.LOST})


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One person's: where they are, and everybody who is waited for."""

    stage: Stage
    waits: tuple[Waits, ...] = ()


@dataclass(kw_only=True)
class Totals:
    """How many requests are in which stage, and for how many each is waited; for one several may be."""

    stages: Counter[Stage] = field(default_factory=Counter)
    waits: Counter[Waits] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """All that were ever made: somebody on two lists is counted in both."""
        return self.stages.total()

    def add(self, one: Progress, count: int) -> None:
        """So many stand like this."""
        self.stages[one.stage] += count
        self.waits.update(dict.fromkeys(one.waits, count))


def of_requests(rows: Iterable[Request]) -> dict[UUID, Progress]:
    """By request, for the rows of one page."""
    return _progress([(row.id, row.state, row.application_id) for row in rows])


def totals(roster_ids: Iterable[UUID]) -> Mapping[UUID, Counter[Stage]]:
    """For each of these rosters how many of its people are in which stage."""
    rows = selectors.standing_of(roster_ids)
    told = _progress([(request_id, state, application_id) for _roster, request_id, state, application_id in rows])
    counted: dict[UUID, Counter[Stage]] = {}
    for roster_id, request_id, _state, _application in rows:
        counted.setdefault(roster_id, Counter())[told[request_id].stage] += 1
    return counted


def of_institution(institution_id: UUID) -> Totals:
    """Over all lists of an institution: counted by the database, in three questions however many people there are."""
    totals = Totals()
    produced = selectors.applications_asked_for(institution_id, state=ApplicationState.PRODUCED)
    sent = delivery.count_by_standing(production.dispatched_among(produced))
    for parcel, count in sent.items():
        totals.add(_sent(*parcel), count)
    filled_in = selectors.applications_asked_for(institution_id, state=ApplicationState.OPEN)
    waiting = applications.count_by_what_is_left(filled_in)
    for left, count in waiting.items():
        totals.add(_open(left), count)
    told = Counter[str | None]({ApplicationState.PRODUCED: sent.total(), ApplicationState.OPEN: waiting.total()})
    for state, stood, count in selectors.counts_of(institution_id):
        # Never below nothing: somebody may have moved on between two of the questions.
        already = min(told[stood], count) if state in STANDING else 0
        told[stood] -= already
        application = (ApplicationState(stood), frozenset[RequirementKind]()) if stood else None
        totals.add(where(State(state), application, parcel=None), count - already)
    return totals


def _progress(rows: list[tuple[UUID, str, UUID | None]]) -> dict[UUID, Progress]:
    begun = [application_id for _id, _state, application_id in rows if application_id]
    standing = applications.standing_of(begun)
    gone = production.dispatched(begun)
    parcels = delivery.standing_of(gone)
    return {
        request_id: where(
            State(state),
            standing.get(application_id) if application_id else None,
            parcel=parcels.get(application_id) if application_id else None,
        )
        for request_id, state, application_id in rows
    }


def where(state: State, application: Standing | None, *, parcel: Parcel | None) -> Progress:
    """Pure: request, application and, once the card has left the house, its parcel as they stand, in one word."""
    if state not in STANDING:
        return Progress(stage=Stage.ENDED)
    approval = (Waits.OFFICER,) if state is State.PROPOSED else ()
    if application is None:
        return Progress(stage=Stage.INVITED, waits=(Waits.PERSON, *approval))
    stood, left = application
    if stood is ApplicationState.DRAFT:
        return Progress(stage=Stage.BEGUN, waits=(Waits.PERSON, *approval))
    if stood is ApplicationState.OPEN:
        return _open(left)
    if stood in (ApplicationState.DELIVERED, ApplicationState.CLOSED):
        return Progress(stage=Stage.DELIVERED)
    if parcel is not None:
        return _sent(*parcel)
    return Progress(stage=Stage.IN_PRODUCTION, waits=(Waits.CENTRE,))


def _sent(parcel: ParcelState, box: ConsignmentState | None) -> Progress:
    if parcel is ParcelState.WITH_REPRESENTATIVE:
        return Progress(stage=Stage.WITH_REPRESENTATIVE, waits=(Waits.REPRESENTATIVE, Waits.PERSON))
    enclosed_in = box if parcel is ParcelState.ENCLOSED else None
    if enclosed_in is ConsignmentState.ARRIVED:
        return Progress(stage=Stage.WITH_REPRESENTATIVE, waits=(Waits.REPRESENTATIVE,))
    if parcel in _CENTRES_TURN or enclosed_in in _BOX_ASTRAY:
        return Progress(stage=Stage.ON_THE_WAY, waits=(Waits.CENTRE,))
    return Progress(stage=Stage.ON_THE_WAY, waits=(Waits.COURIER,))


def _open(left: frozenset[RequirementKind]) -> Progress:
    waits: list[Waits] = []
    if RequirementKind.FORM_RECEIVED in left:
        waits += [Waits.PERSON, Waits.REPRESENTATIVE]
    if RequirementKind.INSTITUTION_APPROVED in left:
        waits.append(Waits.OFFICER)
    others = left - {RequirementKind.FORM_RECEIVED, RequirementKind.INSTITUTION_APPROVED}
    if any(RULE_OF[kind].awaits is Awaits.PERSON for kind in others) and Waits.PERSON not in waits:
        waits.append(Waits.PERSON)
    if any(RULE_OF[kind].awaits is Awaits.CLOCK for kind in others):
        waits.append(Waits.CLOCK)
    stage = Stage.WAITING_OTHERWISE
    if RequirementKind.INSTITUTION_APPROVED in left:
        stage = Stage.WAITING_FOR_APPROVAL
    if RequirementKind.FORM_RECEIVED in left:
        stage = Stage.WAITING_FOR_FORM
    if not left:
        stage = Stage.IN_PRODUCTION
    return Progress(stage=stage, waits=tuple(waits))
