"""What fields and choices of an application are called: the same words on pages and on the printed form."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from divit.applications.kinds import Kind, Needs, Payer, ProductionRule, Transfer
from divit.applications.parts import AddressKind, Channel, Operator, Reader
from divit.applications.steps import Step

Label = str | Promise

KINDS: Mapping[Kind, Label] = {
    Kind.FIRST: _("İlk sertifika"),
    Kind.OTHER: _("Diğer"),
    Kind.RENEWAL: _("Yenileme"),
    Kind.LOST: _("Kayıp / Çalıntı"),
    Kind.HARDWARE_FAULT: _("Donanım Arızası"),
    Kind.IDENTITY_UPDATE: _("Kimlik Bilgisi Güncelleme"),
    Kind.PIN_LOST: _("PIN/PUK Kayıp / Çalıntı"),
}
KIND_HELP: Mapping[Kind, Label] = {
    Kind.FIRST: _("Bu kurumdan açık bir sertifikanız yok."),
    Kind.OTHER: _("Açık sertifikanız dururken bir sertifika daha istiyorsunuz."),
    Kind.RENEWAL: _("Geçerli sertifikanızın süresi dolmak üzere."),
    Kind.LOST: _("Kartınız kayboldu ya da çalındı."),
    Kind.HARDWARE_FAULT: _("Kartınız bozuldu ya da okunmuyor."),
    Kind.IDENTITY_UPDATE: _("Adınız ya da soyadınız değişti."),
    Kind.PIN_LOST: _("PIN ya da PUK kodunuzu unuttunuz, kilitlediniz ya da başkası öğrendi."),
}
PAYERS: Mapping[Payer, Label] = {Payer.PERSON: _("Kişi ödemeli"), Payer.INSTITUTION: _("Kurum ödemeli")}
READERS: Mapping[Reader, Label] = {Reader.NONE: _("Kart okuyucu istemiyorum"), Reader.MINI: _("Mini Kart Okuyucu")}
OPERATORS: Mapping[Operator, Label] = {
    Operator.TURKCELL: "Turkcell",
    Operator.VODAFONE: "Vodafone",
    Operator.TURK_TELEKOM: "Türk Telekom",
}
CHANNELS: Mapping[Channel, Label] = {
    Channel.SMS: "SMS",
    Channel.EMAIL: _("e-Posta"),
    Channel.BOTH: _("Her İkisi"),
}
ADDRESS_KINDS: Mapping[AddressKind, Label] = {
    AddressKind.WORK: _("İş"),
    AddressKind.HOME: _("Ev"),
    AddressKind.REPRESENTATIVE: _("Kurumunuzun e-imza temsilcisi"),
}
STEPS: Mapping[Step, Label] = {
    Step.INSTITUTION: _("Kurum Seçimi"),
    Step.CERTIFICATE: _("Sertifika Bilgisi"),
    Step.CONTACT: _("İletişim Bilgisi"),
    Step.WORKPLACE: _("Kurum Bilgisi"),
    Step.DELIVERY: _("Teslimat Bilgisi"),
    Step.SUMMARY: _("Başvuru Özeti"),
    Step.PHONE: _("Cep Telefonu Doğrulama"),
}
FIELDS: Mapping[str, Any] = {  # lazy texts; Django's stubs know no public type for them
    "institution": _("Kurum Adı"),
    "kind": _("Başvuru Türü"),
    "years": _("Sertifika Süresi"),
    "reader": _("Kart Okuyucu"),
    "publish": _("Sertifikanız İnternette Yayınlansın mı?"),
    "email": _("e-Posta"),
    "phone": _("Cep Telefonu"),
    "operator": _("Operatör"),
    "channel": _("Bilgi Kanalı"),
    "unit": _("Çalıştığı Birim"),
    "job_title": _("Ünvan"),
    "work_phone": _("İş Telefonu"),
    "extension": _("Dahili"),
    "address_kind": _("Adres Türü"),
    "company": _("Kurum Adı"),
    "province": _("İl"),
    "district": _("İlçe"),
    "neighbourhood": _("Mahalle/Köy"),
    "postal_code": _("Posta Kodu"),
    "street": _("Cadde ve Sokak"),
    "building": _("Bina"),
    "flat": _("Kat/Daire No"),
}


def years(count: int) -> Label:
    """«3 Yıl»."""
    return format_lazy("{} {}", count, ngettext_lazy("Yıl", "Yıl", count))


def phone(e164: str) -> str:
    """A kept number as people write it: 0312 123 45 67; nothing for none."""
    return f"0{e164[3:6]} {e164[6:9]} {e164[9:11]} {e164[11:]}".strip() if e164.startswith("+90") else e164


def yes_no(value: bool | None) -> Label:
    """Evet or Hayır; nothing while it is not said."""
    return "" if value is None else _("Evet") if value else _("Hayır")


def production_rule(rule: ProductionRule, *, transfer: Transfer | None = None) -> list[Label]:
    """The row of spec §3.6 in words: made from the row that release obeys, so that they cannot contradict."""
    said = when_produced(rule, transfer=transfer)
    if transfer is not None:
        text = _(
            "Kurumlar arası geçiş: {institution} üzerinden aldığınız, {day} gününe kadar geçerli bir sertifikanız var. "
            "Bu başvuru o sertifikayı iptal etmez."
        )
        said.append(format_lazy(text, institution=transfer.institution, day=f"{transfer.valid_until:%d.%m.%Y}"))
    elif rule.transfers_may_differ:
        said.append(_("Kurumlar arası geçişte üretim zamanı farklı olabilir."))
    return said


def when_produced(rule: ProductionRule, *, transfer: Transfer | None = None) -> list[Label]:
    """When it is made, what that does to other certificates, and what must come first."""
    said: list[Label] = []
    if rule.months_left is None:
        said.append(_("Hemen üretilir."))
    elif transfer is not None:
        text = _("{institution} üzerinden aldığınız sertifikanın bitmesine {months} ay kala üretime alınır.")
        said.append(format_lazy(text, institution=transfer.institution, months=rule.months_left))
    else:
        text = _("En yeni geçerli sertifikanızın bitmesine {months} ay kala üretime alınır.")
        said.append(format_lazy(text, months=rule.months_left))
    if rule.replaces:
        said.append(_("Üretildiği an geçerli olur ve bu kurumdan aldığınız bütün sertifikalar iptal edilir."))
    elif rule.needs is Needs.ONE_VALID:
        said.append(_("Yenileme hiçbir sertifikanızı iptal etmez; eskisi kendi gününde biter."))
    if rule.closed_first:
        said.append(_("Üretime alınması için eski sertifikanızın askıya alınmış ya da iptal edilmiş olması gerekir."))
    return said
