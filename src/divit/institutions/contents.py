"""What a proposal would change, as it is kept with it: one form for each kind."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from divit.institutions.lifecycle import Kind


class Content(BaseModel):
    """What would change; kept as JSON with the proposal and read again when it is decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[Kind]

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return self.model_dump(mode="json")


class Appoint(Content):
    """Somebody acts for the institution from a day on; without an end until it is ended."""

    kind = Kind.APPOINT
    person_id: UUID
    role: str
    starts: date
    ends: date | None


class Deputise(Content):
    """Somebody acts in an officer's stead, on these days alone."""

    kind = Kind.DEPUTISE
    appointment_id: UUID
    person_id: UUID
    role: str
    starts: date
    ends: date


class EndAppointment(Content):
    """An appointment ends with this day."""

    kind = Kind.END_APPOINTMENT
    appointment_id: UUID
    role: str
    ends: date


class NewRule(Content):
    """How applications of the institution go from a day on."""

    kind = Kind.NEW_RULE
    valid_from: date
    form_target: str
    pay_gate: str
    born_state: str
    profile: str
    delivery: str
    wet_form: bool


class NewContract(Content):
    """A contract with its prices: kuruş before VAT by price code; what has no price here costs the list price."""

    kind = Kind.NEW_CONTRACT
    number: str
    starts: date
    ends: date
    quota: int
    years: int
    reader: str
    prices: dict[str, int]


_FORMS: dict[Kind, type[Content]] = {
    form.kind: form for form in (Appoint, Deputise, EndAppointment, NewRule, NewContract)
}


def read(kind: str, kept: dict[str, Any]) -> Content:
    """The content of a proposal as it was kept."""
    return _FORMS[Kind(kind)].model_validate(kept)
