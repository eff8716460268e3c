"""The law of an application (başvuru), from draft to closed."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"  # taslak
    OPEN = "open"  # gönderildi, koşullar tamamlanıyor
    RELEASED = "released"  # üretime verildi
    PRODUCED = "produced"  # üretildi
    DELIVERED = "delivered"  # teslim edildi
    CLOSED = "closed"  # tamamlandı
    WITHDRAWN = "withdrawn"  # vazgeçildi
    REJECTED = "rejected"  # reddedildi
    LAPSED = "lapsed"  # süresi doldu


class Act(StrEnum):
    """What may be done to an application."""

    SUBMIT = "submit"  # gönder
    AMEND = "amend"  # bilgileri değiştir
    RETURN_FORM = "return_form"  # formu iade et
    RELEASE = "release"  # üretime ver
    PRODUCE = "produce"  # üretildi
    DELIVER = "deliver"  # teslim edildi
    CLOSE = "close"  # tamamla
    WITHDRAW = "withdraw"  # vazgeç
    REJECT = "reject"  # reddet
    DISMISS = "dismiss"  # ayrılan personelin başvurusunu sonlandır
    LAPSE = "lapse"  # süresi doldu


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at; whoever asks fills in what the act needs."""

    steps_left: bool = False
    kind_fits: bool = True
    list_accepted: bool = True
    phone_proven: bool = True
    form_in: bool = False
    requirements_left: bool = False
    in_production: bool = False
    deadline_passed: bool = False
    institution_pays: bool = False
    clock_alone_awaited: bool = False


def steps_missing(facts: Facts) -> bool:
    """A step of the form has not been filled in."""
    return facts.steps_left


def kind_unfit(facts: Facts) -> bool:
    """The kind does not fit the certificates that the person holds now."""
    return not facts.kind_fits


def closing_list_not_accepted(facts: Facts) -> bool:
    """The person has not accepted the list of certificates that production will revoke, as it is now."""
    return not facts.list_accepted


def phone_not_proven(facts: Facts) -> bool:
    """The phone of the form has not been proven by a code."""
    return not facts.phone_proven


def form_already_received(facts: Facts) -> bool:
    """The signed form has been taken in; what it says no longer changes."""
    return facts.form_in


def requirements_open(facts: Facts) -> bool:
    """Something is still waited for."""
    return facts.requirements_left


def too_late_to_withdraw(facts: Facts) -> bool:
    """Production is personal: once it has begun there is no way back."""
    return facts.in_production


def production_has_begun(facts: Facts) -> bool:
    """A card has been taken in hand: the application ends by itself, and the certificate is what can be closed."""
    return facts.in_production


def deadline_ahead(facts: Facts) -> bool:
    """There is still time."""
    return not facts.deadline_passed


def nothing_left_to_do(facts: Facts) -> bool:
    """The person and the institution have done everything; only the day of production has not come."""
    return facts.clock_alone_awaited


def not_paid_by_institution(facts: Facts) -> bool:
    """What a person pays for is no institution's to end."""
    return not facts.institution_pays


def _who(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


def _from(*states: State) -> frozenset[StrEnum]:
    return frozenset(states)


LAW: Lifecycle[Facts] = Lifecycle(
    "application",
    State,
    Act,
    start=State.DRAFT,
    rules=[
        Rule(
            act=Act.SUBMIT,
            by=_who(Role.HOLDER),
            source=_from(State.DRAFT),
            target=State.OPEN,
            unless=(steps_missing, kind_unfit, closing_list_not_accepted, phone_not_proven),
            basis="Yönetmelik m.9",
        ),
        Rule(
            act=Act.AMEND,
            by=_who(Role.HOLDER),
            source=_from(State.OPEN),
            target=State.OPEN,
            unless=(form_already_received,),
        ),
        Rule(
            act=Act.RETURN_FORM,
            by=_who(Role.REPRESENTATIVE, Role.REGISTRAR),
            source=_from(State.OPEN),
            target=State.OPEN,
            unless=(form_already_received,),
        ),
        Rule(
            act=Act.RELEASE,
            by=_who(Role.SYSTEM),
            source=_from(State.OPEN),
            target=State.RELEASED,
            unless=(requirements_open,),
        ),
        Rule(
            act=Act.PRODUCE,
            by=_who(Role.SYSTEM, Role.PRODUCER),
            source=_from(State.RELEASED),
            target=State.PRODUCED,
            basis="5070 m.9; Yönetmelik m.10",
        ),
        Rule(
            act=Act.DELIVER,
            by=_who(Role.SYSTEM, Role.COURIER, Role.DISPATCHER),
            source=_from(State.PRODUCED),
            target=State.DELIVERED,
        ),
        Rule(
            act=Act.CLOSE,
            by=_who(Role.SYSTEM, Role.HOLDER),
            source=_from(State.DELIVERED),
            target=State.CLOSED,
        ),
        Rule(
            act=Act.WITHDRAW,
            by=_who(Role.HOLDER),
            source=_from(State.DRAFT, State.OPEN, State.RELEASED),
            target=State.WITHDRAWN,
            unless=(too_late_to_withdraw,),
            basis="Mesafeli Sözleşmeler Yönetmeliği m.15",
        ),
        Rule(
            act=Act.WITHDRAW,
            by=_who(Role.OFFICER, Role.PROGRAM),
            source=_from(State.DRAFT, State.OPEN, State.RELEASED),
            target=State.WITHDRAWN,
            unless=(not_paid_by_institution, too_late_to_withdraw),
        ),
        Rule(
            act=Act.REJECT,
            by=_who(Role.OFFICER),
            source=_from(State.DRAFT, State.OPEN),
            target=State.REJECTED,
            unless=(not_paid_by_institution,),
        ),
        Rule(
            act=Act.REJECT,
            by=_who(Role.REPRESENTATIVE, Role.REGISTRAR),
            source=_from(State.OPEN),
            target=State.REJECTED,
            unless=(form_already_received,),
        ),
        # Who has left the institution gets no certificate through it, whoever pays and however far the paper has come.
        Rule(
            act=Act.DISMISS,
            by=_who(Role.OFFICER),
            source=_from(State.OPEN, State.RELEASED),
            target=State.REJECTED,
            unless=(production_has_begun,),
        ),
        Rule(
            act=Act.LAPSE,
            by=_who(Role.SYSTEM),
            source=_from(State.DRAFT, State.OPEN),
            target=State.LAPSED,
            unless=(deadline_ahead, nothing_left_to_do),
        ),
    ],
)

# A person may have one of these per institution (T10): kept by a partial unique index.
RUNNING = (State.DRAFT, State.OPEN, State.RELEASED)

# Sent off, and the card not yet in hand.
AWAITING_THE_CARD = (State.OPEN, State.RELEASED, State.PRODUCED)
