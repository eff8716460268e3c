"""What the status page and the summary say: stages, states and who is waited for, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.applications import labels
from divit.applications.kinds import Kind, Payer
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.parts import AddressKind, Channel, Operator, Reader
from divit.applications.steps import PARTS, Step
from divit.flows.application_status import Stage, Waits
from divit.identity.models import Person
from divit.kernel import clock, working_days
from divit.kernel.tckn import Tckn
from divit.rosters.lifecycle import State as RequestState

Label = str | Promise

STATES: Mapping[State, Label] = {
    State.DRAFT: _("Taslak"),
    State.OPEN: _("Başvuru alındı"),
    State.RELEASED: _("Üretime verildi"),
    State.PRODUCED: _("Üretildi"),
    State.DELIVERED: _("Teslim edildi"),
    State.CLOSED: _("Tamamlandı"),
    State.WITHDRAWN: _("Vazgeçildi"),
    State.REJECTED: _("Reddedildi"),
    State.LAPSED: _("Süresi doldu"),
}
WAITS: Mapping[Waits, Label] = {
    Waits.PERSON: _("Sizi bekliyor"),
    Waits.PERSON_THEN_INSTITUTION: _("Önce sizi, sonra kurumunuzu bekliyor"),
    Waits.PERSON_THEN_CENTRE: _("Önce sizi, sonra sertifika merkezini bekliyor"),
    Waits.INSTITUTION: _("Kurumunuzu bekliyor"),
    Waits.BANK: _("Bankayı bekliyor"),
    Waits.CLOCK: _("Gününü bekliyor"),
    Waits.CENTRE: _("Sertifika merkezini bekliyor"),
    Waits.COURIER: _("Kuryeyi bekliyor"),
    Waits.REPRESENTATIVE: _("Kurumunuzun e-imza temsilcisini bekliyor"),
}
REQUESTS: Mapping[RequestState, Label] = {
    RequestState.PROPOSED: _("Kurumun onayı bekleniyor"),
    RequestState.APPROVED: _("Onaylandı"),
    RequestState.REFUSED: _("Kurum onaylamadı"),
    RequestState.WITHDRAWN: _("Geri çekildi"),
    RequestState.EXPIRED: _("Süresi doldu"),
}
TITLES: Mapping[str, Label] = {
    "draft": _("Başvuru taslağı"),
    "submitted": _("Başvuru gönderildi"),
    "phone_proven": _("Cep telefonu doğrulandı"),
    "fee_paid": _("Ücretin ödenmesi"),
    "approved": _("Kurumunuzun onayı"),
    "form_received": _("İmzalı formun teslimi"),
    "no_certificate_open": _("Eski sertifikanın kapatılması"),
    "renewal_window": _("Yenileme zamanı"),
    "released": _("Üretime verilmesi"),
    "production_begun": _("Kartın üretilmesi"),
    "card_made": _("Kartın denetlenmesi"),
    "on_the_way": _("Kuryeye verilmesi"),
    "returned": _("Gönderi merkeze geri döndü"),
    "sent_together": _("Kurumunuzun e-imza temsilcisine gönderilmesi"),
    "with_representative": _("Temsilcinin kartı teslim alması"),
    "card_missing": _("Kart koliden çıkmadı"),
    "sent_back": _("Kart temsilciden merkeze geri gönderildi"),
    "card_lost": _("Kart yolda kayboldu"),
    "delivered": _("Kimlik kontrolüyle size teslim edilmesi"),
    "pin_taken": _("PIN kodunuzu almanız"),
    "withdrawn": _("Başvurudan vazgeçtiniz"),
    "called_off": _("Kurumunuz talebini geri çekti"),
    "rejected": _("Başvuru reddedildi"),
    "lapsed": _("Başvurunun süresi doldu"),
}
DETAILS: Mapping[tuple[str, str], Label] = {
    ("fee_paid", "opens_with_form"): _("Formunuz gelince ödeme açılır; açıldığında size haber veririz."),
    ("fee_paid", "due"): _("Ücreti kartla ödeyebilirsiniz."),
    ("fee_paid", "being_checked"): _("Ödemeniz bankaya soruluyor. Yeniden ödemeyin; yanıt gelince haber veririz."),
    ("approved", ""): _("Kurumunuzun yetkilisi talebi onaylayınca burada görürsünüz. Sizin bir şey yapmanız gerekmez."),
    ("form_received", "to_institution"): _(
        "Formu yazdırın, mürekkepli kalemle imzalayın ve kurumunuzun e-imza temsilcisine verin. "
        "Temsilci teslim aldığında burada görürsünüz."
    ),
    ("form_received", "to_centre"): _(
        "Formu yazdırın, mürekkepli kalemle imzalayın ve sertifika merkezine gönderin. "
        "Merkez teslim aldığında burada görürsünüz."
    ),
    ("form_received", "returned"): _("Formunuz teslim alınmadı. Gerekeni düzeltip yeniden teslim edin. Nedeni:"),
    ("no_certificate_open", ""): _(
        "Bu kurumdan aldığınız geçerli sertifika kapatılmadan kart üretilmez. Sertifikayı askıya alın ya da iptal edin."
    ),
    ("renewal_window", ""): _("Şu günden itibaren üretime alınır:"),
    ("on_the_way", ""): _("Gönderi numarası:"),
    ("on_the_way", "address_refused"): _("Kurye kartınızı bu adrese götüremiyor. Aşağıdan başka bir adres yazın."),
    ("delivered", "at_representative"): _("Kartınız kurumunuzun e-imza temsilcisinde; kimliğinizle alın."),
    ("card_missing", ""): _("Nerede olduğunu araştırıyoruz. Kartın PIN kodu kimsede yok, kart kullanılamaz."),
    ("sent_back", ""): _("Kart hâlâ size gerekliyse bizi arayın."),
    ("card_lost", ""): _("Sertifikası iptal edildi; size ücretsiz yeni bir kart üretiyoruz."),
    ("pin_taken", ""): _("Kart elinizdeyken PIN kodunuzu buradan bir kez görebilirsiniz."),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One entry of the time-line as the template shows it."""

    what: str
    place: str
    title: Label
    detail: Label
    said: str
    waits: Label
    since: datetime | None
    days: int  # working days that are over since then
    at: datetime | None
    day: date | None


def told(stage: Stage) -> Told:
    """A stage in words; what it explains is said only while it matters."""
    waiting = stage.place in ("now", "next")
    detail = DETAILS.get((stage.what, stage.detail), "") if waiting and (stage.place == "now" or stage.detail) else ""
    if stage.what == "on_the_way" and not stage.detail:
        detail = DETAILS["on_the_way", ""] if stage.said else ""
    return Told(
        what=stage.what,
        place=stage.place,
        title=TITLES[stage.what],
        detail=detail,
        said=stage.said,
        waits=WAITS[stage.waits] if stage.waits else "",
        since=stage.since,
        days=int(working_days.between(stage.since, clock.now())) if stage.since else 0,
        at=stage.at,
        day=stage.day if waiting else None,
    )


@dataclass(frozen=True, kw_only=True)
class Section:
    """One block of the summary, with the step that changes it."""

    step: Step | None
    title: Label
    rows: list[tuple[Label, Label]]


def summary_of(row: Application, *, person: Person) -> list[Section]:
    """Everything that the application says, part by part."""
    identity = Section(
        step=None,
        title=_("Kimlik (e-Devlet'ten)"),
        rows=[(_("Ad Soyad"), person.name), (_("T.C. Kimlik No"), Tckn(person.tckn).masked)],
    )
    chosen = Section(
        step=Step.INSTITUTION,
        title=labels.STEPS[Step.INSTITUTION],
        rows=[_row("institution", row.institution.name), _row("kind", labels.KINDS[Kind(row.kind)])],
    )
    if row.payer == Payer.INSTITUTION:
        chosen = Section(
            step=None, title=_("Kurumunuzun talebi"), rows=[*chosen.rows, (_("Ücret"), _("Kurumunuz öder"))]
        )
    return [identity, chosen, *(Section(step=s, title=labels.STEPS[s], rows=_rows(row, s)) for s in PARTS)]


def fixed_of(row: Application) -> list[tuple[Label, Label]]:
    """What the institution's contract and request have fixed of the certificate part."""
    return _rows(row, Step.CERTIFICATE)[:2]


def _row(name: str, value: Label) -> tuple[Label, Label]:
    return labels.FIELDS[name], value or "–"


def _rows(row: Application, step: Step) -> list[tuple[Label, Label]]:
    if step is Step.CERTIFICATE:
        return [
            _row("years", labels.years(row.years or 0)),
            _row("reader", labels.READERS[Reader(row.reader)]),
            _row("publish", labels.yes_no(row.publish)),
        ]
    if step is Step.CONTACT:
        return [
            _row("email", row.email),
            _row("phone", labels.phone(row.phone)),
            _row("operator", labels.OPERATORS[Operator(row.operator)]),
            _row("channel", labels.CHANNELS[Channel(row.channel)]),
        ]
    if step is Step.WORKPLACE:
        return [
            _row("unit", row.unit),
            _row("job_title", row.job_title),
            _row("work_phone", labels.phone(row.work_phone)),
            _row("extension", row.extension),
        ]
    kind = _row("address_kind", labels.ADDRESS_KINDS[AddressKind(row.address_kind)])
    if row.goes_to_representative:
        return [kind]
    return [
        kind,
        *([_row("company", row.company)] if row.company else []),
        _row("province", row.province),
        _row("district", row.district_label),
        _row("neighbourhood", f"{row.neighbourhood} ({row.postal_code})"),
        _row("street", row.street),
        _row("building", row.building),
        _row("flat", row.flat),
    ]
