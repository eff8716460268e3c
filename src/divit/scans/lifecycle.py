"""The laws of a scan (tarama): of the file that was uploaded, and of one page of it."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class UploadState(StrEnum):
    """Where an uploaded file stands."""

    READING = "reading"  # okunuyor
    READ = "read"  # okundu; dosyanın kendisi silindi
    REFUSED = "refused"  # okunamadı; dosyanın kendisi silindi


class UploadAct(StrEnum):
    """What may be done to an uploaded file."""

    READ = "read"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class UploadFacts:
    """A file is read or it is not: there is nothing to look at."""


UPLOAD_LAW: Lifecycle[UploadFacts] = Lifecycle(
    "scan_upload",
    UploadState,
    UploadAct,
    start=UploadState.READING,
    rules=[
        Rule(UploadAct.READ, frozenset({Role.SYSTEM}), frozenset({UploadState.READING}), UploadState.READ),
        Rule(UploadAct.REFUSE, frozenset({Role.SYSTEM}), frozenset({UploadState.READING}), UploadState.REFUSED),
    ],
)


class State(StrEnum):
    """Where one scanned page stands."""

    WAITING = "waiting"  # masada bekliyor
    KEPT = "kept"  # form teslim alındı, taraması saklanıyor
    DISCARDED = "discarded"  # silindi


class Act(StrEnum):
    """What may be done to a scanned page."""

    KEEP = "keep"
    DISCARD = "discard"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards of a scanned page look at."""

    several_forms: bool = False
    says_another: bool = False
    out_of_date: bool = False
    form_in: bool = True
    kept_before: bool = False


def scan_of_several_forms(facts: Facts) -> bool:
    """Two people's forms on one page: what is kept for one of them must not show the other."""
    return facts.several_forms


def scan_of_another(facts: Facts) -> bool:
    """The code on the paper names another application."""
    return facts.says_another


def scan_out_of_date(facts: Facts) -> bool:
    """The application has changed since this paper was printed."""
    return facts.out_of_date


def scan_without_form(facts: Facts) -> bool:
    """A picture is no form: it is kept beside one that was taken in, never instead of one."""
    return not facts.form_in


def scan_kept_before(facts: Facts) -> bool:
    """One form, one scan."""
    return facts.kept_before


_AT_A_FORM_DESK = frozenset({Role.REPRESENTATIVE, Role.REGISTRAR})

LAW: Lifecycle[Facts] = Lifecycle(
    "scan",
    State,
    Act,
    start=State.WAITING,
    rules=[
        Rule(
            Act.KEEP,
            _AT_A_FORM_DESK,
            frozenset({State.WAITING}),
            State.KEPT,
            (scan_of_several_forms, scan_of_another, scan_out_of_date, scan_without_form, scan_kept_before),
            "Yönetmelik m.14: what an application rests on is kept",
        ),
        Rule(
            Act.DISCARD,
            _AT_A_FORM_DESK | {Role.SYSTEM},
            frozenset({State.WAITING}),
            State.DISCARDED,
            (),
            "KVKK m.4, m.7: a scan that belongs to no form taken in is destroyed",
        ),
    ],
)
