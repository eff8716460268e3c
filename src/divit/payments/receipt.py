"""The receipt of a paid charge as an A4 page (PDF/UA-1)."""

import json
from pathlib import Path

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from divit.kernel import clock
from divit.kernel.money import Money
from divit.payments.labels import LINES
from divit.payments.lifecycle import ChargeState
from divit.payments.models import Attempt, Charge

_TEMPLATE = Path(__file__).with_name("receipt.typ")


def pdf(charge: Charge, attempt: Attempt, *, reference: str, name: str, language: str, notice: str = "") -> bytes:
    """`name` is empty for a payer who is not the one who owed it; data reach the template as data, never as markup."""
    with translation.override(language):
        data = _data(charge, attempt, reference=reference, name=name, notice=notice)
    document = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        sys_inputs={"data": json.dumps(data | {"language": language}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    if not isinstance(document, bytes):
        raise TypeError("the receipt is one document")
    return document


def _data(charge: Charge, attempt: Attempt, *, reference: str, name: str, notice: str) -> dict[str, object]:
    paid_at = f"{clock.local(charge.paid_at):%d.%m.%Y %H:%M:%S} (UTC+3)" if charge.paid_at else ""
    whose = (
        [(_("Başvuru numarası"), reference), (_("Başvuru sahibi"), name)]
        if charge.statement_id is None
        else [(_("Hesap özeti numarası"), reference), (_("Kurum"), name)]
    )
    facts = [
        *whose,
        (_("Ödeme zamanı"), paid_at),
        (_("Banka sipariş numarası"), attempt.order_id),
        (_("Banka işlem numarası"), attempt.transaction_id),
    ]
    return {
        "title": _("Ödeme makbuzu"),
        "notice": notice,
        "returned": _("Bu ödeme iade edilmiştir.") if charge.state == ChargeState.REFUNDED else "",
        "facts": [fact for fact in facts if fact[1]],
        "head": [_("Ürün veya hizmet"), _("Tutar"), _("KDV"), _("Toplam")],
        "lines": [
            [
                str(LINES.get(line["code"], line["code"])),
                Money(line["net"]).tr,
                Money(line["vat"]).tr,
                Money(line["net"] + line["vat"]).tr,
            ]
            for line in charge.lines
        ],
        "sums": [
            (_("KDV hariç"), Money(charge.net).tr),
            (_vat(charge), Money(charge.vat).tr),
            (_("Ödenen"), Money(charge.total).tr),
        ],
        "foot": _("Bu makbuz ödemenin alındığını gösterir; fatura yerine geçmez. Kart bilgileriniz bizde tutulmaz."),
    }


def _vat(charge: Charge) -> str:
    if charge.vat_rate is None:
        return _("KDV")
    return _("KDV (%{rate})").format(rate=f"{charge.vat_rate.normalize():f}".replace(".", ","))
