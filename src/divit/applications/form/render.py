"""Printing an application: its content as data for the template, and the template as PDF/UA-1."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
import typst
from django.utils import translation

from divit.applications import content, labels
from divit.applications.form.barcode import code128
from divit.applications.kinds import Kind, Payer
from divit.applications.models import Application
from divit.applications.parts import AddressKind, Channel, Operator, Reader

_TEMPLATE = Path(__file__).with_name("form.typ")
_MOST_SERIALS = 8


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: as the population register writes it."""

    tckn: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Destination:
    """To whom the paper goes: the institution's representative, or the centre by post."""

    to_institution: bool


def form_pdf(row: Application, *, signer: Signer, destination: Destination, institution: str) -> bytes:
    """The form of a submitted application as one A4 page; in Turkish, since it is a legal paper."""
    with translation.override("tr"):
        data = _data(row, signer=signer, destination=destination, institution=institution)
        told = json.dumps(data, ensure_ascii=False, default=str)
    pdf = typst.Compiler(root=_TEMPLATE.parent, ignore_system_fonts=True).compile(
        _TEMPLATE, format="pdf", sys_inputs={"data": told}, pdf_standards="ua-1"
    )
    if not isinstance(pdf, bytes):
        raise TypeError("the form is one document")
    return pdf


def _data(row: Application, *, signer: Signer, destination: Destination, institution: str) -> dict[str, object]:
    mark = content.mark(row.reference, row.content_hash)
    to = "kurumunuzdaki e-imza temsilcisine" if destination.to_institution else "sertifika merkezine"
    hand_over = "elden teslim edin" if destination.to_institution else "posta ile gönderin"
    return {
        "title": "Nitelikli Elektronik Sertifika Başvuru Formu",
        "description": f"{row.reference} numaralı başvurunun imzalanacak formu",
        "lead": f"{labels.KINDS[Kind(row.kind)]} · {labels.PAYERS[Payer(row.payer)]} · {institution}",
        "reference": row.reference,
        "reference_label": "Başvuru No",
        "barcode": code128(row.reference),
        "barcode_alt": f"Başvuru numarasının barkodu: {row.reference}",
        "qr": _runs(mark),
        "qr_alt": f"Başvuru numarası ve form içeriğinin özeti: {mark}",
        "todo_title": "Yapmanız gerekenler",
        "todo": [
            "Bilgileri kontrol edin. Yanlış varsa formu imzalamayın; başvurunuzu düzeltip formu yeniden yazdırın.",
            "Formu mürekkepli kalemle imzalayın ve tarih yazın.",
            f"İmzalı formu {to} {hand_over}. QR kodunun ve barkodun üzerine yazmayın.",
        ],
        "parts": _parts(row, signer=signer, institution=institution),
        "declaration_title": "Beyan",
        "declaration": _declaration(row),
        "sign_person": ["Başvuru sahibi", signer.name, "Tarih: …… / …… / ………        İmza:"],
        "sign_office": ["Teslim alan (ad, soyad)", "……………………………………", "Tarih: …… / …… / ………        İmza:"],
        "foot": (
            "Kişisel verileriniz 5070 sayılı Kanun uyarınca yalnızca sertifika hizmeti için işlenir. "
            f"Bu form yalnızca {content.token_of(row.content_hash)} içerik özetiyle geçerlidir; başvuru değişirse "
            "formun yenisi gerekir."
        ),
    }


def _runs(text: str) -> list[list[tuple[int, int]]]:
    """The dark modules of the QR code, row by row, as (from, how many); with the quiet zone of four."""
    code = segno.make(text, error="m", micro=False)
    rows = []
    for line in code.matrix_iter(border=4):
        runs: list[tuple[int, int]] = []
        for at, dark in enumerate(line):
            if dark and runs and sum(runs[-1]) == at:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            elif dark:
                runs.append((at, 1))
        rows.append(runs)
    return rows


def _field(name: str, value: object, span: int = 1) -> dict[str, object]:
    return {"label": str(labels.FIELDS.get(name, name)), "value": str(value) or "–", "span": span}


def _part(title: str, columns: int, *fields: dict[str, object]) -> dict[str, object]:
    return {"title": title, "columns": columns, "fields": list(fields)}


def _parts(row: Application, *, signer: Signer, institution: str) -> Sequence[dict[str, object]]:
    return [
        _part("Kimlik", 2, _field("T.C. Kimlik No", signer.tckn), _field("Ad Soyad", signer.name)),
        _part(
            "1. Sertifika Bilgisi",
            3,
            _field("years", labels.years(row.years or 0)),
            _field("reader", labels.READERS[Reader(row.reader)]),
            _field("publish", labels.yes_no(row.publish)),
        ),
        _part(
            "2. İletişim Bilgisi",
            3,
            _field("email", row.email, span=3),
            _field("phone", labels.phone(row.phone)),
            _field("operator", labels.OPERATORS[Operator(row.operator)]),
            _field("channel", labels.CHANNELS[Channel(row.channel)]),
        ),
        _part(
            "3. Kurum Bilgisi",
            3,
            _field("institution", institution, span=3),
            _field("unit", row.unit, span=3),
            _field("job_title", row.job_title),
            _field("work_phone", labels.phone(row.work_phone)),
            _field("extension", row.extension),
        ),
        _delivery(row),
    ]


def _delivery(row: Application) -> dict[str, object]:
    kind = _field("address_kind", labels.ADDRESS_KINDS[AddressKind(row.address_kind)])
    if row.goes_to_representative:
        how = "Kart kurumun e-imza temsilcisine gönderilir; temsilci kimlik kontrolüyle teslim eder."
        return _part("4. Teslimat Bilgisi", 3, kind, _field("Teslim", how, span=2))
    return _part(
        "4. Teslimat Bilgisi",
        3,
        kind,
        _field("company", row.company, span=2),
        _field("province", row.province),
        _field("district", row.district_label),
        _field("neighbourhood", f"{row.neighbourhood} ({row.postal_code})"),
        _field("street", row.street),
        _field("building", row.building),
        _field("flat", row.flat),
    )


def _declaration(row: Application) -> list[str]:
    said = [
        "Yukarıdaki bilgilerin doğru olduğunu beyan eder, adıma nitelikli elektronik sertifika üretilmesini isterim.",
        "Güvenli elektronik imzanın elle atılan imzayla aynı hukuki sonucu doğurduğunu, imza oluşturma verimi ve PIN "
        "kodumu kimseyle paylaşmayacağımı, kartımı kaybedersem sertifikamı hemen kapatacağımı biliyorum.",
        "Üretim kişiye özel olduğundan, adıma sertifika üretildikten sonra ücretin iade edilmeyeceğini biliyorum.",
    ]
    if row.accepted_serials:
        shown = ", ".join(row.accepted_serials[:_MOST_SERIALS])
        more = len(row.accepted_serials) - _MOST_SERIALS
        rest = f" ve {more} sertifika daha" if more > 0 else ""
        said.append(
            f"Yeni sertifika üretilince şu sertifikalarımın iptal edileceğini gördüm ve kabul ettim: {shown}{rest}."
        )
    return said
