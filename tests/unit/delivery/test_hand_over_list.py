"""The list on paper: tagged A4 pages with a line for every card, whatever the values are."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from divit.delivery.lists.render import HandOverList, Line, list_pdf

LINE = Line(
    name="Ayşe Gülşah Işıkoğlu",
    unit="Bilgi İşlem Şubesi",
    reference="D7K3-M9Q2PA",
    card_end="0147",
    state="with_representative",
    given_on="",
)


def printed(*lines: Line, institution: str = "T.C. Örnek Bakanlığı") -> PdfReader:
    told = HandOverList(
        reference="KL-7F3K9CD",
        institution=institution,
        representative="Ömer Yıldız",
        made_on="23.11.2026",
        lines=lines,
    )
    return PdfReader(BytesIO(list_pdf(told)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_it_is_tagged_and_says_everything() -> None:
    given = Line(**{**vars(LINE), "name": "Su Ak", "state": "delivered", "given_on": "22.11.2026"})
    gone = Line(**{**vars(LINE), "name": "Can Er", "state": "missing", "card_end": ""})
    reader = printed(LINE, given, gone)
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "tr"
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data().decode()
    text = text_of(reader)
    for told in (
        "KL-7F3K9CD",
        "Ömer Yıldız",
        "Ayşe Gülşah Işıkoğlu",
        "Bilgi İşlem Şubesi",
        "D7K3-M9Q2PA",
        "…0147",
        "22.11.2026 tarihinde teslim edildi",
        "Koliden çıkmadı",
        "tarih ve imza",
    ):
        assert told in text, told


def test_a_hundred_lines_repeat_their_headings() -> None:
    reader = printed(*[LINE] * 100)
    assert len(reader.pages) > 4
    assert all("Ad soyad ve birim" in page.extract_text() for page in reader.pages[:-1])
    assert text_of(reader).count("D7K3-M9Q2PA") == 100


@pytest.mark.parametrize("hostile", ['#read("/etc/passwd")', "*bold* _it_ $x$ @ref <label>", "]#panic()", "W" * 130])
def test_data_is_never_source(hostile: str) -> None:
    line = Line(**{**vars(LINE), "name": hostile, "unit": hostile})
    text = "".join(text_of(printed(line, institution=hostile)).split()).replace("\u200b", "")
    assert text.count("".join(hostile.split())) >= 3
