"""Papers and what became of them, in words."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.console.intake.sitting import Outcome
from divit.flows.form_intake import Standing
from divit.flows.scan_intake import Sorted
from divit.scans.lifecycle import UploadState

Label = str | Promise

OUTCOMES: Mapping[Outcome, Label] = {
    Outcome.RECEIVED: _("Alındı"),
    Outcome.ALREADY: _("Zaten alınmıştı"),
    Outcome.RETURNED: _("İade edildi"),
    Outcome.OUT_OF_DATE: _("Eski form, yenisi yazdırılmalı"),
    Outcome.NOT_NEEDED: _("Form gerekmiyor"),
    Outcome.OWN: _("Kendi formunuz, alınmadı"),
    Outcome.NOT_FOUND: _("Bulunamadı"),
    Outcome.SEEN: _("Görüldü, alınmadı"),
}
# What a scan comes to when nothing else is done with the paper.
OUTCOME_OF: Mapping[Standing, Outcome] = {
    Standing.AWAITED: Outcome.SEEN,
    Standing.ALREADY_IN: Outcome.ALREADY,
    Standing.OUT_OF_DATE: Outcome.OUT_OF_DATE,
    Standing.NOT_NEEDED: Outcome.NOT_NEEDED,
    Standing.OWN: Outcome.OWN,
}
WHY_NOT: Mapping[Standing, Label] = {
    Standing.ALREADY_IN: _("Bu form zaten alınmıştı; yapılacak bir şey yok."),
    Standing.OUT_OF_DATE: _(
        "Bu form eski: başvuru, form yazdırıldıktan sonra değişmiş. Formu iade edin; kişi yenisini yazdırıp imzalasın."
    ),
    Standing.NOT_NEEDED: _("Bu başvuru için imzalı form beklenmiyor."),
    Standing.OWN: _("Bu sizin formunuz. Kendi formunuzu alamazsınız; kurumunuzun başka bir temsilcisine verin."),
}

SORTED: Mapping[Sorted, Label] = {
    Sorted.READY: _("Başvurusu bulundu"),
    Sorted.OUT_OF_DATE: _("Eski form, yenisi yazdırılmalı"),
    Sorted.NOT_AWAITED: _("Zaten alınmış ya da beklenmiyor"),
    Sorted.NOT_FOUND: _("Bulunamadı"),
    Sorted.UNREAD: _("Numarası okunamadı"),
    Sorted.SEVERAL: _("Sayfada birden çok form var"),
}
UPLOADS: Mapping[UploadState, Label] = {
    UploadState.READING: _("Okunuyor"),
    UploadState.READ: _("Okundu"),
    UploadState.REFUSED: _("Okunamadı"),
}
# Why a kept scan is looked at: who looks says so, and the person reads it (portal.account.acts.LOOKS).
SCAN_PURPOSES: Mapping[str, Label] = {
    "scan_request": _("Kişi istedi: telefonda ya da karşımda"),
    "scan_dispute": _("İmzaya ya da formdaki bir bilgiye itiraz var"),
    "scan_official": _("Bir şikâyeti ya da resmî yazıyı yanıtlıyorum"),
}


def counts(counted: Counter[Outcome]) -> list[dict[str, Any]]:
    """Every outcome that came up, with its number."""
    return [{"name": OUTCOMES[one], "number": counted[one]} for one in Outcome if counted[one]]
