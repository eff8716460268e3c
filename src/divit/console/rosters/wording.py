"""States, stages and faults of lists in words."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.flows.refusals import explain
from divit.flows.roster_progress import Stage, Totals, Waits
from divit.kernel.errors import Invalid
from divit.rosters.checks import Fault
from divit.rosters.lifecycle import RosterState, State

Label = str | Promise

ROSTERS: Mapping[RosterState, Label] = {
    RosterState.CHECKING: _("Denetleniyor"),
    RosterState.CHECKED: _("Onayınızı bekliyor"),
    RosterState.CONFIRMED: _("Davetler hazırlanıyor"),
    RosterState.TAKEN_IN: _("Davetler gönderildi"),
}
REQUESTS: Mapping[State, Label] = {
    State.PROPOSED: _("Yetkili onayı bekliyor"),
    State.APPROVED: _("Onaylandı"),
    State.REFUSED: _("Reddedildi"),
    State.WITHDRAWN: _("Geri çekildi"),
    State.EXPIRED: _("Süresi doldu"),
}
STAGES: Mapping[Stage, Label] = {
    Stage.INVITED: _("Davet edildi"),
    Stage.BEGUN: _("Başvuruya başladı"),
    Stage.WAITING_FOR_FORM: _("İmzalı formu bekleniyor"),
    Stage.WAITING_FOR_APPROVAL: _("Kurumun onayı bekleniyor"),
    Stage.WAITING_OTHERWISE: _("Başka bir koşul bekleniyor"),
    Stage.IN_PRODUCTION: _("Üretimde"),
    Stage.ON_THE_WAY: _("Yolda"),
    Stage.WITH_REPRESENTATIVE: _("Temsilcide"),
    Stage.DELIVERED: _("Teslim edildi"),
    Stage.ENDED: _("Sona erdi"),
}
WAITS: Mapping[Waits, Label] = {
    Waits.PERSON: _("Kişi"),
    Waits.REPRESENTATIVE: _("E-imza temsilcisi"),
    Waits.OFFICER: _("Kurum yetkilisi"),
    Waits.CENTRE: _("Sertifika merkezi"),
    Waits.COURIER: _("Kurye"),
    Waits.CLOCK: _("Üretim günü"),
}


def totals(counted: Counter[Stage]) -> list[tuple[Label, int]]:
    """Every stage with its number, in the order in which people pass them."""
    return [(STAGES[stage], counted[stage]) for stage in Stage]


def institution(counted: Totals) -> dict[str, Any]:
    """What there is to say over all lists: stages that somebody is in, and who is waited for."""
    return {
        "requests": counted.requests,
        "stages": [(name, count) for name, count in totals(counted.stages) if count],
        "waits": [(WAITS[one], counted.waits[one]) for one in Waits if counted.waits[one]],
    }


def waits(some: tuple[Waits, ...]) -> str:
    """«Kişi, Kurum yetkilisi»; a dash for nobody."""
    return ", ".join(str(WAITS[one]) for one in some) or "–"


def say(fault: Fault) -> str:
    """What is wrong with a row, in a sentence."""
    facts: dict[str, Any] = {**fault.facts}
    return explain(Invalid(fault.code, **facts))
