"""The lists of the reports as words: the same columns on the screen, on paper and in a spreadsheet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.applications.models import Application, FormVisit
from divit.applications.registry import Waiting
from divit.certificates.models import Certificate
from divit.console import labels
from divit.console.desks.registration import certificate_state
from divit.delivery.models import Parcel
from divit.flows.registry_reports import Report, Totals
from divit.kernel import clock
from divit.kernel.serials import Serial

# What each list is looked at for: the person reads it (portal.account.acts.LOOKS).
PURPOSES = {
    Report.ENDING: "report_ending",
    Report.WAITING: "report_waiting",
    Report.FORMS_RETURNED: "report_forms",
    Report.PARCELS_RETURNED: "report_parcels",
}
IN_FILE = "report_file"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row: whom it shows, what it is about, where its first cell leads, and its cells."""

    person_id: str
    subject: tuple[str, str]
    address: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One list: its headings, and how a row becomes a line."""

    headings: tuple[str | Promise, ...]
    line: Callable[[Any], Line]


def _day(at: datetime) -> str:
    return clock.local(at).strftime("%d.%m.%Y")


def _days_since(at: datetime) -> str:
    return str((clock.today() - clock.local(at).date()).days)


def _of_application(row: Application, *cells: str) -> Line:
    return Line(
        person_id=str(row.person_id),
        subject=("application", str(row.pk)),
        address=reverse("console:registration_application", kwargs={"application_id": row.pk}),
        cells=(row.reference, row.person.name, row.institution.name, *cells),
    )


def _ending(row: Certificate) -> Line:
    ends = clock.local(row.not_after).date()
    return Line(
        person_id=str(row.person_id),
        subject=("certificate", str(row.pk)),
        address=reverse("console:registration_certificate", kwargs={"certificate_id": row.pk}),
        cells=(
            Serial.from_hex(row.serial).hex,
            row.person.name,
            row.institution.name,
            str(certificate_state(row)),
            ends.strftime("%d.%m.%Y"),
            str((ends - clock.today()).days),
        ),
    )


def _waiting(one: Waiting) -> Line:
    row = one.application
    kind, waits_for = str(KINDS[Kind(row.kind)]), str(labels.REQUIREMENTS[one.kind])
    return _of_application(row, kind, waits_for, _day(one.since), _days_since(one.since))


def _form(one: FormVisit) -> Line:
    return _of_application(one.application, one.reason, _day(one.at), _days_since(one.at))


def _parcel(one: Parcel) -> Line:
    return _of_application(one.application, one.tracking_no, _day(one.changed_at), _days_since(one.changed_at))


_HEAD = (_("Başvuru"), _("Ad soyad"), _("Kurum"))
TABLES: Mapping[Report, Table] = {
    Report.ENDING: Table(
        headings=(_("Sertifika Seri No"), *_HEAD[1:], _("Durum"), _("Bitiş"), _("Kalan gün")), line=_ending
    ),
    Report.WAITING: Table(
        headings=(*_HEAD, _("Tür"), _("Beklenen"), _("Ne zamandan beri"), _("Kaç gündür")), line=_waiting
    ),
    Report.FORMS_RETURNED: Table(headings=(*_HEAD, _("Gerekçe"), _("Geri verildi"), _("Kaç gündür")), line=_form),
    Report.PARCELS_RETURNED: Table(
        headings=(*_HEAD, _("Gönderi numarası"), _("Geri geldi"), _("Kaç gündür")), line=_parcel
    ),
}
TOTALS_HEADINGS = (
    _("Kurum"),
    _("Koşul bekleyen başvuru"),
    _("Üretimde ya da yolda"),
    _("Teslim edilen"),
    _("Geçerli sertifika"),
    _("Askıda"),
    _("30 gün içinde bitecek"),
    _("Geri gelen gönderi"),
)


def totals_cells(one: Totals) -> tuple[str, ...]:
    """One institution in figures, in the order of the headings."""
    figures = (one.waiting, one.under_way, one.done, one.valid, one.suspended, one.ending, one.returned)
    return (one.institution.name, *map(str, figures))
