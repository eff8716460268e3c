"""Ledger entries as sentences: who did what, without codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from divit.audit.selectors import Told
from divit.kernel.actors import Role
from divit.portal.account.acts import ACTS, LOOKS

ROLES: Mapping[str, object] = {
    Role.HOLDER: gettext_lazy("Siz"),
    Role.REPRESENTATIVE: gettext_lazy("Kurumunuzun e-imza temsilcisi"),
    Role.OFFICER: gettext_lazy("Kurumunuzun yetkilisi"),
    Role.VIEWER: gettext_lazy("Kurumunuzun görüntüleyicisi"),
    Role.PROGRAM: gettext_lazy("Kurumunuzun programı"),
    Role.LIAISON: gettext_lazy("Sertifika merkezi, kurum masası"),
    Role.REGISTRAR: gettext_lazy("Sertifika merkezi, kayıt masası"),
    Role.PRODUCER: gettext_lazy("Sertifika merkezi, üretim masası"),
    Role.INSPECTOR: gettext_lazy("Sertifika merkezi, denetim masası"),
    Role.DISPATCHER: gettext_lazy("Sertifika merkezi, sevkiyat masası"),
    Role.AUDITOR: gettext_lazy("Sertifika merkezi, defter masası"),
    Role.COURIER: gettext_lazy("Kurye"),
    Role.BANK: gettext_lazy("Banka"),
    Role.VISITOR: gettext_lazy("Giriş yapmamış biri"),
    Role.STAFF: gettext_lazy("Sertifika merkezi"),
    Role.SYSTEM: gettext_lazy("Divit (kendiliğinden)"),
}


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One line of the story."""

    at: datetime
    who: str
    what: str


def told(entry: Told, *, person_id: str) -> Sentence:
    """The entry as the person reads it; looks say what they were for."""
    if entry.act == "look":
        what = str(LOOKS.get(entry.facts.get("purpose", "")) or _("Bilgilerinize bakıldı"))
    else:
        what = str(ACTS.get(entry.act) or _("Dosyanızda bir işlem kaydedildi"))
    by_other = entry.role == Role.HOLDER and entry.actor_id != person_id
    who = _("Başka bir kişi") if by_other else str(ROLES[entry.role])
    if entry.facts.get("deputising_for"):
        who = _("%(who)s (vekâleten)") % {"who": who}
    return Sentence(at=entry.at, who=who, what=what)
