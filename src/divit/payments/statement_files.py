"""A monthly statement to keep: an A4 document (PDF/UA-1) and a table (XLSX); neither names a person."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils import formats, translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell

from divit.kernel import clock
from divit.kernel.money import Money
from divit.payments import accounts
from divit.payments.models import Bill, Statement

_TEMPLATE = Path(__file__).with_name("statement.typ")
_MONEY = "#,##0.00"
Kinds = Mapping[str, str]


def pdf(row: Statement, bills: Sequence[Bill], *, kinds: Kinds, language: str, notice: str = "") -> bytes:
    """`kinds`: what kinds of applications are called. Data reach the template as data, never as markup."""
    with translation.override(language):
        data = {
            "title": _("Hesap özeti"),
            "notice": notice,
            "facts": facts(row),
            "head": _head(),
            "lines": [
                [*_words(one, kinds), *(Money(amount).tr for amount in (one.net, one.vat, one.total))] for one in bills
            ],
            "none": _("Bu ay hesaba işlenen bir şey yok."),
            "sums": [(name, amount.tr) for name, amount in sums(row, bills)],
            "foot": _("Bu özet hesabınızın dökümüdür; fatura yerine geçmez. Kişilerin adı ve numarası yer almaz."),
        }
    document = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        sys_inputs={"data": json.dumps(data | {"language": language}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    if not isinstance(document, bytes):
        raise TypeError("the statement is one document")
    return document


def xlsx(row: Statement, bills: Sequence[Bill], *, kinds: Kinds) -> bytes:
    """In the reader's language. Every text is written as text (T12: none is ever a formula), every amount in lira."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Hesap özeti"))
    for letter, width in zip("ABCDEF", (26, 30, 30, 16, 16, 16), strict=True):
        sheet.column_dimensions[letter].width = width
    for name, value in facts(row):
        sheet.append([_text(sheet, name), _text(sheet, value)])
    sheet.append([])
    sheet.append([_text(sheet, heading) for heading in _head()])
    for one in bills:
        amounts = [_amount(sheet, Money(kurus)) for kurus in (one.net, one.vat, one.total)]
        sheet.append([*(_text(sheet, text) for text in _words(one, kinds)), *amounts])
    sheet.append([])
    for name, amount in sums(row, bills):
        sheet.append([*(_text(sheet, text) for text in ("", "", "", "", name)), _amount(sheet, amount)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def facts(row: Statement) -> list[tuple[str, str]]:
    """Whose statement it is, of what, and what is left of the quota; without what does not apply."""
    told = [
        (_("Kurum"), row.institution.name),
        (_("Vergi kimlik numarası"), row.institution.vkn),
        (_("Ay"), formats.date_format(row.month, "F Y")),
        (_("Özet numarası"), row.reference),
        (_("Hazırlandığı gün"), _day(clock.local(row.made_at))),
        (_("Hesaba işlenen sertifika"), str(row.count)),
    ]
    if row.contract is not None:
        told += [
            (_("Sözleşme no"), row.contract.number),
            (_("Ay sonunda kullanılmış kota"), str(row.quota_drawn)),
            (_("Ay sonunda kalan kota"), str(row.quota_left)),
        ]
    return [fact for fact in told if fact[1]]


def sums(row: Statement, bills: Sequence[Bill]) -> list[tuple[str, Money]]:
    """Before VAT, the VAT of each rate, and what is owed."""
    rates = [
        (_("KDV (%{rate})").format(rate=f"{rate.normalize():f}".replace(".", ",")), vat)
        for rate, vat in accounts.vat_by_rate(bills)
    ]
    return [(_("KDV hariç"), Money(row.net)), *rates, (_("Toplam, KDV dahil"), Money(row.total))]


def _head() -> list[str]:
    return [_("Gün"), _("Başvuru numarası"), _("Başvuru türü"), _("KDV hariç"), _("KDV"), _("Toplam")]


def _words(bill: Bill, kinds: Kinds) -> list[str]:
    kind = bill.application.kind
    return [_day(clock.local(bill.billed_at)), bill.application.reference, kinds.get(kind, kind)]


def _day(when: Any) -> str:
    return f"{when:%d.%m.%Y}"


def _text(sheet: Any, text: str) -> Cell:
    # «_x0041_» in a text would be read as the letter A.
    cell = WriteOnlyCell(sheet, text.replace("_x", "_x005F_x"))
    cell.data_type = "s"  # whatever it looks like
    return cell


def _amount(sheet: Any, amount: Money) -> Cell:
    cell = WriteOnlyCell(sheet, amount.as_lira)  # type: ignore[arg-type]  # numbers may be Decimal
    cell.number_format = _MONEY
    return cell
