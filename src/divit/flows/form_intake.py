"""Toplu form teslimi: a pile of signed forms; whose each is, before `form_receipt` takes it in or gives it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from divit.applications import content, scanning, selectors, services
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.flows import form_receipt
from divit.kernel.actors import Actor, Role


class Standing(StrEnum):
    """What can be done with a paper."""

    AWAITED = "awaited"  # bekleniyor
    ALREADY_IN = "already_in"  # zaten alınmış
    OUT_OF_DATE = "out_of_date"  # eski form
    NOT_NEEDED = "not_needed"  # bu başvuru için form gerekmiyor
    OWN = "own"  # kendi formu


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A form in somebody's hand: whose it is, what it must say to be taken in, and whether it does."""

    application: Application
    mark: str  # what is compared when it is taken in: as scanned, or as it was shown
    scanned: bool  # the content token came from the paper itself
    standing: Standing

    @property
    def token(self) -> str:
        """The content token that the foot of the right paper shows."""
        return content.token_of(self.application.content_hash)

    @property
    def returnable(self) -> bool:
        """Whether it can be given back with a reason."""
        return self.standing in (Standing.AWAITED, Standing.OUT_OF_DATE)


def recognise(typed: str, *, by: Actor) -> Paper:
    """Whose form this is, within what the actor may see.

    Raises `Invalid("reference_invalid")`, and `NotFound` for a form of nobody and for one of another institution alike.
    """
    reference, token = scanning.read_scan(typed)
    row = form_receipt.look_at(selectors.by_reference(reference).id, by=by)
    current = content.token_of(row.content_hash)
    return Paper(
        application=row,
        mark=f"{reference}/{current if token is None else token}",
        scanned=token is not None,
        standing=_standing(row, up_to_date=token in (None, current), by=by),
    )


def _standing(row: Application, *, up_to_date: bool, by: Actor) -> Standing:
    if services.form_is_in(row):
        return Standing.ALREADY_IN
    if by.role is Role.REPRESENTATIVE and str(row.person_id) == by.id:
        return Standing.OWN
    if row.state != State.OPEN or RequirementKind.FORM_RECEIVED not in selectors.open_requirements(row):
        return Standing.NOT_NEEDED
    return Standing.AWAITED if up_to_date else Standing.OUT_OF_DATE


def named(application_ids: Iterable[UUID], *, by: Actor) -> dict[UUID, Application]:
    """The applications of a finished pile, by id; what the actor may not see is left out."""
    return {row.pk: row for row in form_receipt.look_at_all(application_ids, by=by)}
