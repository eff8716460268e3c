"""The life of a qualified certificate (nitelikli elektronik sertifika), and of the intent to issue one.

Expiry is not a state: it is the clock. Nothing brings a revoked certificate back, and nothing revokes one in the
past. Closing is easy, opening is hard: suspending asks for any login, lifting a suspension for a fresh one and a code
to the proven phone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule
from divit.pki import reasons
from divit.pki.reasons import Reason


class State(StrEnum):
    """What a certificate is; the values stand in the database."""

    VALID = "valid"  # Geçerli
    SUSPENDED = "suspended"  # Askıda
    REVOKED = "revoked"  # İptal edilmiş


class Act(StrEnum):
    """What is done to a certificate."""

    SUSPEND = "suspend"  # Askıya Alma
    REINSTATE = "reinstate"  # Askıdan İndirme
    REVOKE = "revoke"  # Sertifikamı İptal Et
    WAIVE = "waive"  # Askı gerekçesini kaldırma


class HoldCause(StrEnum):
    """Whose wish a suspension is: the holder may lift only what is not for somebody else's cause."""

    HOLDER = "holder"  # the holder's own, also when said on the telephone
    BIRTH = "birth"  # born on hold, until the holder has the card in hand
    INSTITUTION = "institution"
    CENTRE = "centre"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the law must know besides act, role and state."""

    now: datetime
    not_after: datetime
    asker: Role
    concerns_asker: bool = True
    """The certificate is the holder's own, or of the officer's institution; true for the centre itself."""
    reason: Reason | None = None
    """Why it is closed; None while nobody has chosen yet (buttons)."""
    hold_cause: HoldCause | None = None
    """Of the suspension that stands, or of the one that is asked for."""
    step_up: bool = False
    """A fresh login and a code to the proven phone, in this session and for this certificate."""
    caller_proven: bool = False
    """Somebody on the telephone proved to staff that they are the holder."""
    second_person: bool = False
    """Another member of staff agrees."""
    asker_is_holder: bool = False
    """The officer who asks is the person whose certificate it is."""


def not_your_certificate(facts: Facts) -> bool:
    """It belongs to somebody else."""
    return not facts.concerns_asker


def certificate_expired(facts: Facts) -> bool:
    """Its validity has ended by itself."""
    return facts.now > facts.not_after


def reason_not_open_to_asker(facts: Facts) -> bool:
    """The reason is not one that somebody in this role may give."""
    return facts.reason is not None and facts.reason not in reasons.open_to(facts.asker)


def hold_is_no_revocation(facts: Facts) -> bool:
    """`certificateHold` is the reason of a suspension; nothing is closed for good by it."""
    return facts.reason is Reason.CERTIFICATE_HOLD


def suspended_by_someone_else_for_cause(facts: Facts) -> bool:
    """The institution or the centre suspended it, and only they may lift that."""
    return facts.hold_cause in (HoldCause.INSTITUTION, HoldCause.CENTRE)


def step_up_missing(facts: Facts) -> bool:
    """Opening again asks for a fresh login and a code to the proven phone."""
    return not facts.step_up


def caller_not_proven(facts: Facts) -> bool:
    """Staff act on a caller's wish only after the caller proved who they are."""
    return facts.hold_cause is HoldCause.HOLDER and not facts.caller_proven


def second_person_missing(facts: Facts) -> bool:
    """No single member of staff opens a certificate again."""
    return not facts.second_person


def not_held_for_the_institution(facts: Facts) -> bool:
    """The suspension is not for the institution's cause, so there is none for the institution to withdraw."""
    return facts.hold_cause is not HoldCause.INSTITUTION


def waived_for_oneself(facts: Facts) -> bool:
    """Nobody withdraws the cause for which a colleague suspended their own certificate."""
    return facts.asker_is_holder


_OWN = frozenset({Role.HOLDER, Role.OFFICER})
_STAFF = frozenset({Role.REGISTRAR})
_CLOSERS = _OWN | _STAFF | {Role.SYSTEM}
_VALID, _SUSPENDED = frozenset({State.VALID}), frozenset({State.SUSPENDED})
_CLOSED_FOR_GOOD = (certificate_expired, hold_is_no_revocation, reason_not_open_to_asker)

# fmt: off
LAW: Lifecycle[Facts] = Lifecycle("certificate", State, Act, start=(State.VALID, State.SUSPENDED), rules=[
    # A program may close for the time being, which its officers can set right; for good only people close.
    Rule(Act.SUSPEND, _OWN | frozenset({Role.PROGRAM}), _VALID, State.SUSPENDED,
         unless=(not_your_certificate, certificate_expired, reason_not_open_to_asker),
         basis="5070 m.11; RFC 5280 5.3.1 certificateHold"),
    Rule(Act.SUSPEND, _STAFF, _VALID, State.SUSPENDED,
         unless=(certificate_expired, reason_not_open_to_asker, caller_not_proven),
         basis="5070 m.11; RFC 5280 5.3.1 certificateHold"),
    Rule(Act.REINSTATE, frozenset({Role.HOLDER}), _SUSPENDED, State.VALID,
         unless=(not_your_certificate, certificate_expired, suspended_by_someone_else_for_cause, step_up_missing),
         basis="RFC 5280 5.3.1 (removeFromCRL in delta lists only)"),
    Rule(Act.REINSTATE, _STAFF, _SUSPENDED, State.VALID,
         unless=(certificate_expired, second_person_missing),
         basis="RFC 5280 5.3.1 (removeFromCRL in delta lists only)"),
    Rule(Act.REVOKE, _CLOSERS, _VALID | _SUSPENDED, State.REVOKED,
         unless=(not_your_certificate, *_CLOSED_FOR_GOOD),
         basis="5070 m.11: iptal geriye yürümez"),
    # It opens nothing: the hold goes on as the holder's own, who lifts it with the proofs that lifting asks for.
    Rule(Act.WAIVE, frozenset({Role.OFFICER}), _SUSPENDED, State.SUSPENDED,
         unless=(not_your_certificate, certificate_expired, not_held_for_the_institution, waived_for_oneself),
         basis="the institution's cause is the institution's to withdraw"),
])
# fmt: on


class IntentState(StrEnum):
    """How far one certificate has come before it exists."""

    RESERVED = "reserved"  # serial and to-be-signed bytes are stored
    LINTED = "linted"  # and found in order
    SIGNING = "signing"  # the key may have been used: from here the serial has a published status
    SIGNED = "signed"  # the certificate stands
    ABANDONED = "abandoned"


class IntentAct(StrEnum):
    """What is done with an intent."""

    LINT = "lint"
    BEGIN_SIGNING = "begin_signing"
    SIGN = "sign"
    ABANDON = "abandon"


@dataclass(frozen=True, kw_only=True)
class IntentFacts:
    """What the intent's law must know."""

    signed_as_stored: bool = True
    """The signed bytes are the stored ones, and the issuer's key verifies them."""


def signed_something_else(facts: IntentFacts) -> bool:
    """What came back from the key is not the certificate that was stored and linted."""
    return not facts.signed_as_stored


_MAKERS = frozenset({Role.PRODUCER, Role.SYSTEM})
_SIGNER = frozenset({Role.SYSTEM})
_RESERVED, _LINTED, _SIGNING = (
    frozenset({state}) for state in (IntentState.RESERVED, IntentState.LINTED, IntentState.SIGNING)
)

# fmt: off
INTENT_LAW: Lifecycle[IntentFacts] = Lifecycle(
    # One of thousands is stored when our lints have passed it: what they refuse is never stored at all.
    "issuance_intent", IntentState, IntentAct, start=(IntentState.RESERVED, IntentState.LINTED), rules=[
        Rule(IntentAct.LINT, _MAKERS, _RESERVED, IntentState.LINTED,
             basis="ETSI EN 319 411-2; lint before every signature"),
        Rule(IntentAct.BEGIN_SIGNING, _SIGNER, _LINTED, IntentState.SIGNING,
             basis="no signature without a stored intent"),
        Rule(IntentAct.SIGN, _SIGNER, _SIGNING, IntentState.SIGNED,
             unless=(signed_something_else,), basis="exactly one certificate per intent"),
        Rule(IntentAct.ABANDON, _MAKERS, _RESERVED | _LINTED | _SIGNING, IntentState.ABANDONED,
             basis="a begun signature that is given up is published as revoked"),
    ])
# fmt: on


class ServiceState(StrEnum):
    """What a certificate of the authority's own services (OCSP, time-stamps, seal) is."""

    VALID = "valid"
    REVOKED = "revoked"


class ServiceAct(StrEnum):
    """What is done to it."""

    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """What its law must know."""

    in_use: bool
    """The service signs with its key at this moment, and its authority still issues."""


def service_in_use(facts: ServiceFacts) -> bool:
    """The service gets another key first (`divit ceremony rotate-delegate`); then the former one ends."""
    return facts.in_use


# fmt: off
SERVICE_LAW: Lifecycle[ServiceFacts] = Lifecycle(
    "service_certificate", ServiceState, ServiceAct, start=ServiceState.VALID, rules=[
        Rule(ServiceAct.REVOKE, frozenset({Role.SYSTEM}), frozenset({ServiceState.VALID}), ServiceState.REVOKED,
             unless=(service_in_use,), basis="EN 319 411-1 6.3.9; RFC 5280 5.3.1"),
    ])
# fmt: on


class AskState(StrEnum):
    """What became of a wish to open a suspended certificate (askıdan indirme isteği)."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


class AskAct(StrEnum):
    """What is done with it."""

    AGREE = "agree"
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    LAPSE = "lapse"


@dataclass(frozen=True, kw_only=True)
class AskFacts:
    """What its law must know."""

    own: bool
    """Who acts is who asked."""
    asker_at_desk: bool = True
    """Who asked still holds the registry desk."""
    hold_stands: bool = True
    """The certificate is still in the suspension that was asked about."""
    overdue: bool = False
    """It has waited longer than a wish is good for."""


def asked_by_yourself(facts: AskFacts) -> bool:
    """The second person is another one than the first."""
    return facts.own


def not_asked_by_yourself(facts: AskFacts) -> bool:
    """Only who asked takes it back; a colleague declines."""
    return not facts.own


def asker_left_the_desk(facts: AskFacts) -> bool:
    """Who asked may no longer act at the registry: two people who may are needed."""
    return not facts.asker_at_desk


def hold_is_over(facts: AskFacts) -> bool:
    """The suspension that was asked about has ended, by revocation or otherwise."""
    return not facts.hold_stands


def ask_waits_too_long(facts: AskFacts) -> bool:
    """What was asked long ago is asked anew: what was true then may not be now."""
    return facts.overdue


def ask_still_good(facts: AskFacts) -> bool:
    """The suspension stands and the time is not up."""
    return facts.hold_stands and not facts.overdue


_ASKED = frozenset({AskState.ASKED})

# fmt: off
ASK_LAW: Lifecycle[AskFacts] = Lifecycle("reinstatement", AskState, AskAct, start=AskState.ASKED, rules=[
    Rule(AskAct.AGREE, _STAFF, _ASKED, AskState.AGREED,
         unless=(asked_by_yourself, asker_left_the_desk, hold_is_over, ask_waits_too_long),
         basis="no single person of the staff opens a certificate"),
    Rule(AskAct.DECLINE, _STAFF, _ASKED, AskState.DECLINED,
         unless=(asked_by_yourself,), basis="the second person may say no"),
    Rule(AskAct.TAKE_BACK, _STAFF, _ASKED, AskState.TAKEN_BACK,
         unless=(not_asked_by_yourself,), basis="a wish is its asker's"),
    Rule(AskAct.LAPSE, frozenset({Role.SYSTEM}), _ASKED, AskState.LAPSED,
         unless=(ask_still_good,), basis="a wish about what is over, or long ago, is void"),
])
# fmt: on
