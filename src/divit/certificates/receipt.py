"""The statement of one act as a PDF: who, which certificate, what, exactly when, and what the world was seen to say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from divit.certificates.models import StatusChange, StatusEvidence
from divit.certificates.words import ACTORS, ACTS, REASONS, SEEN
from divit.kernel import clock

_TEMPLATE = Path(__file__).with_name("receipt.typ")
_Rows = list[tuple[str, str]]


def pdf(change: StatusChange, *, language: str, test: bool) -> bytes:
    """An A4 page, tagged (PDF/UA-1), not sealed yet; `test`: the authority is not one in law, and the page says so."""
    with translation.override(language):
        data = _data(change, language=language, test=test)
    return page(data)


def page(data: dict[str, Any]) -> bytes:
    """What the template makes of it; `attached` in it is a file that the document carries."""
    document = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    if not isinstance(document, bytes):
        raise TypeError("the receipt is one document")
    return document


def exact(at: datetime) -> str:
    """A time as it stands in receipts: to the second, in Türkiye, with its offset."""
    return f"{clock.local(at):%d.%m.%Y %H:%M:%S} (UTC+3)"


def _data(change: StatusChange, *, language: str, test: bool) -> dict[str, Any]:
    return {
        "language": language,
        "title": str(ACTS[change.act]),
        "publisher": "Divit",
        "notice": _("DENEME: Bu belge deneme amaçlıdır ve hukuken geçerli değildir.") if test else "",
        "lead": _("Bu belge, aşağıdaki işlemin hangi sertifikada, ne zaman yapıldığını ve herkese açık sertifika "
                  "durum hizmetlerinin bundan sonra ne söylediğini gösterir."),
        "sections": [
            {"title": _("İşlem"), "rows": _act(change)},
            {"title": _("Sertifika"), "rows": _certificate(change)},
            {"title": _("Herkese açık durum hizmetlerinin söylediği"), "rows": _seen(change)},
        ],
        "statement": _("Bu belge elektronik mühürle mühürlenmiş ve zaman damgasıyla damgalanmıştır. Mühür, belgenin "
                       "sonradan değiştirilmediğini; zaman damgası, belgenin en geç o anda var olduğunu gösterir."),
        "footer": _("Belge numarası: {number}").format(number=change.id),
    }  # fmt: skip


def _act(change: StatusChange) -> _Rows:
    rows = [
        (_("Yapılan işlem"), str(ACTS[change.act])),
        (_("İşlem zamanı"), exact(change.at)),
        (_("İşlemi yapan"), _actor(change)),
    ]
    if change.reason:
        rows.append((_("Gerekçe"), str(REASONS[change.reason])))
    if change.effective_at:
        rows.append((_("Geçersizlik başlangıcı"), exact(change.effective_at)))
    return rows


def _actor(change: StatusChange) -> str:
    role = str(ACTORS.get(change.by_role, change.by_role))
    return f"{change.by_name} ({role})" if change.by_role == "holder" and change.by_name else role


def _certificate(change: StatusChange) -> _Rows:
    certificate = change.certificate
    return [
        (_("Sertifika Sahibi"), certificate.holder_name),
        (_("Sertifika Seri No"), certificate.serial),
        (_("Sertifika Tipi"), _("Nitelikli Elektronik Sertifika")),
        (_("Kart Seri No"), certificate.card_serial),
        (_("Sertifika Başlangıç Tarihi"), exact(certificate.not_before)),
        (_("Sertifika Bitiş Tarihi"), exact(certificate.not_after)),
    ]


def _seen(change: StatusChange) -> _Rows:
    by_source = {evidence.source: evidence for evidence in change.evidence.all()}
    missing = _("Bu belge hazırlanırken henüz görülmemişti.")
    ocsp = by_source.get(StatusEvidence.Source.OCSP)
    listed = by_source.get(StatusEvidence.Source.CRL)
    rows: _Rows = []
    if ocsp:
        rows += [
            (_("Anlık sorgu (OCSP)"), _said(ocsp)),
            (_("OCSP yanıtının SHA-256 özeti"), grouped(ocsp.digest)),
        ]
    else:
        rows.append((_("Anlık sorgu (OCSP)"), missing))
    if listed:
        rows += [
            (_("İptal listesi (CRL)"), _said(listed)),
            (_("Listenin numarası"), str(listed.crl_number)),
            (_("Listenin SHA-256 özeti"), grouped(listed.digest)),
        ]
    else:
        rows.append((_("İptal listesi (CRL)"), missing))
    return rows


def _said(evidence: StatusEvidence) -> str:
    return _("{status}; {said_at} tarihli yanıt, {seen_at} anında görüldü").format(
        status=SEEN[evidence.status], said_at=exact(evidence.said_at), seen_at=exact(evidence.seen_at)
    )


def grouped(digest: str) -> str:
    """Hex as people compare it."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))
