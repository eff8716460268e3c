"""The form on paper: one A4 page, tagged, black, copyable, whatever the values are."""

import subprocess
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from divit.applications import content
from divit.applications.form.render import Destination, Signer, form_pdf
from divit.applications.models import Application

INSTITUTION = "T.C. Çevre, Şehircilik ve İklim Değişikliği Bakanlığı"
SIGNER = Signer(tckn="10000000146", name="Ayşe Gülşah Işıkoğlu")


def application(**changes: object) -> Application:
    values: dict[str, object] = {
        "reference": "D7K3-M9Q2PA",
        "person_id": uuid4(),
        "institution_id": uuid4(),
        "kind": "lost",
        "payer": "person",
        "years": 3,
        "reader": "mini",
        "publish": False,
        "email": "ayse.isik@okul.example",
        "phone": "+905051234567",
        "operator": "vodafone",
        "channel": "both",
        "unit": "Bilgi İşlem Şubesi",
        "job_title": "Öğretmen",
        "work_phone": "+903121234567",
        "extension": "1234",
        "address_kind": "work",
        "company": "Şişli İlçe Millî Eğitim Müdürlüğü",
        "province": "Erzincan",
        "district": "Merkez",
        "neighbourhood": "Barbaros Mah",
        "postal_code": "24100",
        "street": "719. Sokak",
        "building": "12/A",
        "flat": "3",
        "accepted_serials": ["4F6B" * 8],
    }
    row = Application(**(values | changes))
    row.content_hash = content.content_hash(vars(row))
    return row


def printed(row: Application, *, signer: Signer = SIGNER, institution: str = INSTITUTION) -> bytes:
    return form_pdf(row, signer=signer, destination=Destination(to_institution=True), institution=institution)


def text_of(pdf: bytes) -> str:
    return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


LONGEST = {
    "email": "w" * 88 + "@okul.example",
    "unit": "W" * 80,
    "job_title": "Ğ" * 60,
    "company": "W" * 120,
    "province": "Afyonkarahisar",
    "neighbourhood": "Çulhalar-kızılçukur-aşağı Süvari-yukarı-sivarı-ala Mah (dumlugöze Köyü)",
    "street": "W" * 100,
    "building": "W" * 40,
    "flat": "W" * 20,
    "accepted_serials": ["4F" * 16] * 12,
}


@pytest.mark.parametrize("changes", [{}, LONGEST], ids=["ordinary", "longest"])
def test_one_tagged_a4_page(changes: dict[str, object]) -> None:
    signer = SIGNER if not changes else Signer(tckn="10000000146", name="W" * 64 + " " + "Ş" * 64)
    reader = PdfReader(BytesIO(printed(application(**changes), signer=signer, institution="Ğ" * 20 + " Ş" * 60)))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "tr"
    assert "/StructTreeRoot" in catalog
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "Nitelikli Elektronik Sertifika Başvuru Formu"
    assert "10000000146" not in str(reader.metadata)


def test_its_text_can_be_copied_with_every_turkish_letter() -> None:
    text = text_of(printed(application()))
    for told in (
        "D7K3-M9Q2PA",
        "10000000146",
        "Ayşe Gülşah Işıkoğlu",
        INSTITUTION,
        "ERZİNCAN MERKEZ",
        "Barbaros Mah (24100)",
        "0505 123 45 67",
        "0312 123 45 67",
        "ayse.isik@okul.example",
        "Kayıp / Çalıntı",
        "Mini Kart Okuyucu",
        "3 Yıl",
        "4F6B" * 8,
        "e-imza temsilcisine",
    ):
        assert told in text, told


def test_only_black_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "form.pdf"
    file.write_bytes(printed(application()))
    page = subprocess.run(["pdftoppm", "-r", "60", "-singlefile", str(file)], capture_output=True, check=True).stdout
    head, _size, _depth, pixels = page.split(b"\n", 3)
    assert head == b"P6"
    assert all(pixels[at] == pixels[at + 1] == pixels[at + 2] for at in range(0, len(pixels) - 2, 3))


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "*bold* _it_ `raw` $x$ @ref <label>",
        "\\u{41}",
        "*******8450",
        "<img src=http://127.0.0.1:9/x>",
        "]#panic()",
        "{{7*7}}${7*7}",
        "//comment /* */",
    ],
)
def test_data_is_never_source(hostile: str) -> None:
    # These never get past the fields; the template must not depend on that.
    text = text_of(printed(application(unit=hostile), signer=Signer(tckn="10000000146", name=hostile)))
    assert "".join(text.split()).count("".join(hostile.split())) >= 2


def test_the_mark_ties_the_paper_to_its_content() -> None:
    row = application()
    reference, token = content.read_mark(content.mark(row.reference, row.content_hash))
    assert (reference, token) == (row.reference, content.token_of(row.content_hash))
    assert content.read_mark(" d7k3 m9q2pa ") == (row.reference, None)
    assert token is not None
    assert token in text_of(printed(row))


@pytest.mark.parametrize("name", content.ON_THE_FORM)
def test_any_change_of_what_the_form_says_changes_the_token(name: str) -> None:
    row = application()
    other = {**vars(row), name: "something else"}
    assert content.token_of(content.content_hash(other)) != content.token_of(row.content_hash)
