"""An institution in words: its contracts, rules, people and proposals as pages show them."""

from collections.abc import Iterable
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from divit.console.access import DeskRequest
from divit.console.naming import who
from divit.flows.institution_proposals import in_stead_of
from divit.institutions import deputies, proposals, selectors, words
from divit.institutions.contents import Appoint, Deputise, EndAppointment, NewContract, NewRule, read
from divit.institutions.lifecycle import AppointmentState, Kind, may_propose
from divit.institutions.models import Appointment, Contract, Institution, InstitutionRule, Proposal
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.payments.labels import LINES

Lines = list[tuple[str, str]]


def contracts(institution: Institution) -> list[dict[str, Any]]:
    """Each contract with what is left of it, the newest first."""
    return [_contract(row) for row in selectors.contracts_of(institution.pk)]


def _contract(row: Contract) -> dict[str, Any]:
    used: int = row.used  # type: ignore[attr-defined]
    prices = [(str(LINES.get(one.code, one.code)), Money(one.net).tr) for one in row.prices.all()]
    return {
        "contract": row,
        "now": row.starts <= clock.today() <= row.ends,
        "used": used,
        "left": row.quota - used,
        "product": LINES[f"nes-{row.years}y"],
        "reader": words.READERS[row.reader],
        "prices": sorted(prices),
    }


def rules(institution: Institution) -> list[dict[str, Any]]:
    """Each rule in words, the newest first; which of them holds today."""
    rows = selectors.rules_of(institution.pk)
    today = clock.today()
    in_force = next((row.pk for row in rows if row.valid_from <= today), None)
    return [{"rule": row, "now": row.pk == in_force, "lines": _rule(row)} for row in rows]


def _rule(row: InstitutionRule | NewRule) -> Lines:
    return [
        (_("İmzalı form nereye verilir?"), str(words.FORM_TARGETS[row.form_target])),
        (_("Ücret ne zaman istenir?"), str(words.PAY_GATES[row.pay_gate])),
        (_("Sertifika hangi durumda üretilir?"), str(words.BORN_STATES[row.born_state])),
        (_("Kartlar kime gönderilir?"), str(words.DELIVERIES[row.delivery])),
        (_("Sertifika profili"), row.profile),
        (_("Form mürekkeple imzalanır"), _("Evet") if row.wet_form else _("Hayır")),
    ]


def people(request: DeskRequest, institution: Institution, *, former: bool = False) -> list[dict[str, Any]]:
    """Who acts or will act for an institution (and who no longer does); each is a look in the ledger."""
    today = clock.today()
    rows = [
        row
        for row in selectors.all_appointments_of(institution.pk)
        if former or (row.state == AppointmentState.STANDING and (row.ends is None or row.ends >= today))
    ]
    request.looks += [
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": "institution_people",
            "subject": ("appointment", str(row.pk)),
        }
        for row in rows
    ]
    names = _names(one for row in rows for one in (row.proposed_by, row.appointed_by))
    return [_appointment(row, by=request.actor, names=names) for row in rows]


def _appointment(row: Appointment, *, by: Actor, names: dict[str, str]) -> dict[str, Any]:
    today = clock.today()
    over = row.state != AppointmentState.STANDING or (row.ends is not None and row.ends < today)
    whom = row.deputises_for.person.name if row.deputises_for else ""
    return {
        "appointment": row,
        "capacity": words.capacity(row.role, in_stead_of=whom),
        "over": over,
        "ahead": not over and row.starts > today,
        "by": [names[one] for one in (row.proposed_by, row.appointed_by) if one],
        "may_end": not over
        and (row.ends is None or row.ends > today)
        and may_propose(by.role, kind=Kind.END_APPOINTMENT, capacity=row.role, deputy=bool(by.deputises_for)),
        "may_take_back": deputies.may_take_back(row, by=by),
    }


def proposals_of(rows: Iterable[Proposal]) -> list[dict[str, Any]]:
    """For lists: what kind, about whom, in which state."""
    rows = list(rows)
    names = _names(row.proposed_by for row in rows)
    return [
        {
            "proposal": row,
            "kind": words.KINDS[row.kind],
            "state": words.STATES[row.state],
            "capacity": words.CAPACITIES.get(row.content.get("role", ""), ""),
            "proposer": names[row.proposed_by],
        }
        for row in rows
    ]


def content(row: Proposal) -> Lines:
    """What a proposal would change, line by line: as it would take effect if it were decided today."""
    told = read(row.kind, row.content)
    if row.state == "proposed":
        told = proposals.as_of(told, clock.today())
    if isinstance(told, Appoint | Deputise | EndAppointment):
        return _about_somebody(row, told)
    if isinstance(told, NewRule):
        return [(_("İlk gün"), _day(told.valid_from)), *_rule(told)]
    if isinstance(told, NewContract):
        return [
            (_("Sözleşme no"), told.number),
            (_("Geçerli olduğu günler"), f"{_day(told.starts)} – {_day(told.ends)}"),
            (_("Kota"), formats.number_format(told.quota, force_grouping=True)),
            (_("Sertifika"), f"{LINES[f'nes-{told.years}y']}, {words.READERS[told.reader]}"),
            *[(f"{LINES[code]}, {_('KDV hariç')}", Money(net).tr) for code, net in sorted(told.prices.items())],
        ]
    raise NotFound("proposal")


def _about_somebody(row: Proposal, told: Appoint | Deputise | EndAppointment) -> Lines:
    role = words.capacity(told.role, in_stead_of=in_stead_of(row))
    lines = [(_("Kişi"), row.person.name if row.person else ""), (_("Görev"), role)]
    if not isinstance(told, EndAppointment):
        lines.append((_("İlk gün"), _day(told.starts)))
    return [*lines, (_("Son gün"), _day(told.ends) if told.ends else _("Belirsiz"))]


def _names(actors: Iterable[str]) -> dict[str, str]:
    return {actor: who(actor) for actor in set(actors)}


def _day(day: Any) -> str:
    return formats.date_format(day, "j F Y")
