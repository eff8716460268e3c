"""The statement of a past state as a PDF: the question, the answer, and every period, with the same as data inside."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from divit.certificates import past_status, receipt
from divit.certificates.models import PastStatus, StatusChange
from divit.certificates.past_status import Audience
from divit.certificates.words import ACTORS, ACTS, EXPLAINED, REASONS, STATES, VERDICTS
from divit.pki.reasons import Reason

_Rows = list[tuple[str, str]]


def pdf(row: PastStatus, *, test: bool) -> bytes:
    """Tagged A4 (PDF/UA-1), not sealed yet; `test`: the authority is not one in law, and the page says so.

    The holder's own and the desk's name the holder and tell each act and why; the public one names nobody.
    """
    with translation.override(row.language):
        data = _data(row, test=test)
    return receipt.page(data | {"attached": json.dumps(row.content, ensure_ascii=False, indent=1)})


def both(at: str | None) -> str:
    """An instant of the content on the clock of Türkiye and in UTC."""
    if at is None:
        return "–"
    read = datetime.fromisoformat(at)
    return f"{receipt.exact(read)} = {read.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def published(said: dict[str, Any] | None) -> str:
    """What the status services say, in words."""
    if said is None:
        return _("Henüz bir şey yayımlanmıyordu")
    if said["status"] == "good":
        return _("Geçerli (good)")
    held = said["reason"] == Reason.CERTIFICATE_HOLD.text
    words = _("Askıda (revoked, certificateHold)") if held else _("İptal edilmiş (revoked)")
    reason = "" if held else f"; {REASONS.get(said['reason'], said['reason'])}"
    return f"{words}{reason}; {both(said['since'])}"


def _data(row: PastStatus, *, test: bool) -> dict[str, Any]:
    content = row.content
    sections = [
        {"title": _("Soru ve yanıt"), "rows": _answer(content)},
        {"title": _("Sertifika"), "rows": _certificate(row)},
    ]
    if content["periods"]:
        sections.append({"title": _("Bütün dönemler"), "rows": _periods(content)})
    if row.audience != Audience.PUBLIC and row.certificate_id is not None:
        sections.append({"title": _("Yapılan işlemler"), "rows": _acts(past_status.acts_of(row))})
    return {
        "language": row.language,
        "title": _("Geçmiş Durum Belgesi"),
        "publisher": "Divit",
        "notice": _("DENEME: Bu belge deneme amaçlıdır ve hukuken geçerli değildir.") if test else "",
        "lead": _("Bu belge, aşağıdaki sertifikanın geçmişteki bir anda geçerli olup olmadığını ve bütün durum "
                  "değişikliklerini gösterir. Saatler Türkiye saatiyle ve UTC olarak, tam saniyeyle yazılmıştır; "
                  "içinde bir an bile geçerli olmadığı saniye, geçerli olmadığı saniye sayılır."),
        "sections": sections,
        "statement": _("Bu belge elektronik mühürle mühürlenmiş ve zaman damgasıyla damgalanmıştır. Aynı bilgiler, "
                       "programların okuyabilmesi için belgeye eklenmiş divit.json dosyasındadır."),
        "footer": _("Belge numarası: {number}").format(number=row.id),
    }  # fmt: skip


def _answer(content: dict[str, Any]) -> _Rows:
    rows = [
        (_("Sorulan an"), both(content["at"])),
        (_("Yanıt"), f"{VERDICTS[content['verdict']]}. {EXPLAINED[content['verdict']]}"),
        (_("O anda yayımlanan durum"), published(content["published_then"])),
    ]
    if content["published_now"] != content["published_then"]:
        rows.append((_("O an için bugün yayımlanan durum"), published(content["published_now"])))
    return [*rows, (_("Belgenin dayandığı an"), both(content["as_of"]))]


def _certificate(row: PastStatus) -> _Rows:
    content = row.content
    rows = [
        (_("Yayımcı"), f"{content['issuer']['subject']}\nSHA-256 {receipt.grouped(content['issuer']['sha256'])}"),
        (_("Sertifika Seri No"), content["serial"]),
    ]
    if row.certificate is not None:
        if row.audience != Audience.PUBLIC:
            rows.append((_("Sertifika Sahibi"), row.certificate.holder_name))
        rows += [
            (_("Sertifika Tipi"), _("Nitelikli Elektronik Sertifika")),
            (_("Sertifika Başlangıç Tarihi"), both(content["not_before"])),
            (_("Sertifika Bitiş Tarihi"), both(content["not_after"])),
        ]
    return rows


def _periods(content: dict[str, Any]) -> _Rows:
    return [
        (str(STATES[one["state"]]), f"{both(one['begins'])} –\n{both(one['ends']) if one['ends'] else _('sürüyor')}")
        for one in content["periods"]
    ]


def _acts(changes: list[StatusChange]) -> _Rows:
    return [(receipt.exact(change.at), "\n".join(_act(change))) for change in changes]


def _act(change: StatusChange) -> list[str]:
    role = str(ACTORS.get(change.by_role, change.by_role))
    named = change.by_role == "holder" and change.by_name
    told = [str(ACTS[change.act]), f"{change.by_name} ({role})" if named else role]
    if change.reason:
        told.append(str(REASONS[change.reason]))
    if change.said:
        told.append(f"«{change.said}»")
    return told
