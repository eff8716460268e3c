"""Fields: what is understood, what is refused, and what hostile text may not do."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.applications import parts
from divit.applications.addresses import Addresses, district_label
from divit.applications.parts import FIELDS
from divit.applications.steps import Step
from divit.kernel import writing
from divit.kernel.errors import Invalid

PLACES = Addresses({"Erzincan": {"Merkez": {"Barbaros Mah": "24100"}}, "İstanbul": {"Şişli": {"Bozkurt Mah": "34375"}}})
DELIVERY = {
    "address_kind": "work",
    "company": "İl Millî Eğitim Müdürlüğü",
    "province": "Erzincan",
    "district": "Merkez",
    "neighbourhood": "Barbaros Mah",
    "street": "Şehit Ömer Cad.",
    "building": "719",
    "flat": "2/5",
}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=http://127.0.0.1:9/x>",
    "<iframe src=file:///etc/passwd>",
    "{{7*7}}",
    "{% debug %}",
    "${7*7}",
    "#{7*7}[x]",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "a\x00b",
    "a\nBcc: x@y.z",
    "a\rb",
    "a\u2028b",
    "a\x85b",
    "abc\u202efdp.exe",
    "a\u200bb",
    "a\u2066b",
    "a\ufeffb",
    "Аli",  # Cyrillic А
    "Ａli",  # full-width Ａ
    "\ud800",
    "😀",
    "a`id`b|c",
    "…\\input{/etc/passwd}",
    "*bold_[x](y)",
    "x" * 10_000,
    "ş" * 101,
    "...",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_refused_or_made_harmless(typed: str) -> None:
    kept, wrong = _kept(typed)
    if wrong is not None:
        assert wrong.code in {"text_strange", "text_too_long"}
        assert wrong.field == "street"
        assert str(wrong.facts.get("letter", "x")).isprintable()
    assert not set(kept) & set('<>={}|\\^`$"[]_@\x00\r\n\t')
    assert not kept.startswith(("=", "+", "-", "@"))


def _kept(typed: str) -> tuple[str, Invalid | None]:
    try:
        return writing.line(typed, field="street", longest=100), None
    except Invalid as wrong:
        return "", wrong


@given(st.text(max_size=300))
def test_whatever_is_kept_is_one_bounded_line_of_ordinary_writing(typed: str) -> None:
    try:
        kept = writing.line(typed, field="street", longest=100)
    except Invalid:
        return
    assert 0 < len(kept) <= 100
    assert kept == kept.strip()
    assert "  " not in kept
    assert unicodedata.is_normalized("NFC", kept)
    assert all(
        unicodedata.category(letter)[0] in "LNPSZ" and (letter == " " or letter.isprintable()) for letter in kept
    )
    assert writing.line(kept, field="street", longest=100) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Şişli   Caddesi\tNo: 5 ", "Şişli Caddesi No: 5"),
        ("I\u0307zmir Sok.", "İzmir Sok."),  # NFD becomes NFC
        ('"Gül" Apt.', "”Gül” Apt."),
        ("Atatürk Blv. 12/A (zemin) & Dükkân", "Atatürk Blv. 12/A (zemin) & Dükkân"),
        ("719", "719"),
    ],
)
def test_ordinary_writing_is_kept(typed: str, kept: str) -> None:
    assert writing.line(typed, field="street", longest=100) == kept


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("years", "3", 3),
        ("reader", "mini", "mini"),
        ("publish", "yes", True),
        ("publish", "no", False),
        ("email", " ayse.isik@okul.example ", "ayse.isik@okul.example"),
        ("phone", "0505 123 45 67", "+905051234567"),
        ("phone", "505 1234567", "+905051234567"),
        ("operator", "vodafone", "vodafone"),
        ("channel", "both", "both"),
        ("work_phone", "0312 123 45 67", "+903121234567"),
        ("work_phone", "", ""),
        ("extension", "1234", "1234"),
        ("company", "", ""),
    ],
)
def test_a_field_is_understood(field: str, typed: str, kept: object) -> None:
    assert FIELDS[field](typed) == kept


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("years", "", "choice_required"),
        ("years", "4", "choice_unknown"),
        ("years", "03", "choice_unknown"),
        ("years", "٣", "choice_unknown"),
        ("reader", "big", "choice_unknown"),
        ("publish", "", "choice_required"),
        ("publish", "on", "choice_unknown"),
        ("email", "", "text_required"),
        ("email", "ayse", "email_invalid"),
        ("email", "ayşe@okul.example", "email_invalid"),
        ("email", "a@b.example\nBcc: c@d.example", "email_invalid"),
        ("email", '"a b"@okul.example', "email_invalid"),
        ("email", "a" * 95 + "@b.example", "text_too_long"),
        ("phone", "", "text_required"),
        ("phone", "0312 123 45 67", "phone_invalid"),
        ("phone", "+1 505 123 4567", "phone_invalid"),
        ("phone", "0505 123 45 6", "phone_invalid"),
        ("phone", "0" * 5000, "phone_invalid"),
        ("work_phone", "12", "work_phone_invalid"),
        ("work_phone", "+44 20 7946 0958", "work_phone_invalid"),
        ("work_phone", "0312 123 45 67 ext 5", "work_phone_invalid"),
        ("extension", "12a", "extension_invalid"),
        ("extension", "1234567", "extension_invalid"),
        ("extension", "١٢", "extension_invalid"),
        ("unit", " ", "text_required"),
        ("job_title", "x" * 61, "text_too_long"),
        ("province", "", "choice_required"),
        ("province", "x" * 101, "province_unknown"),
    ],
)
def test_a_field_is_refused_under_its_own_name(field: str, typed: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        FIELDS[field](typed)
    assert (wrong.value.code, wrong.value.field) == (code, field)


def test_the_postal_code_comes_from_the_place() -> None:
    understood, wrong = parts.read(Step.DELIVERY, DELIVERY, addresses=PLACES)
    assert wrong == []
    assert understood["postal_code"] == "24100"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"province": "Erzurum"}, "province", "province_unknown"),
        ({"district": "Şişli"}, "district", "district_unknown"),
        ({"neighbourhood": "Bozkurt Mah"}, "neighbourhood", "neighbourhood_unknown"),
        ({"company": ""}, "company", "text_required"),
        ({"neighbourhood": ""}, "neighbourhood", "choice_required"),
        ({"flat": ""}, "flat", "text_required"),
    ],
)
def test_a_place_must_exist_and_hang_together(change: dict[str, str], field: str, code: str) -> None:
    understood, wrong = parts.read(Step.DELIVERY, DELIVERY | change, addresses=PLACES)
    assert [(error.field, error.code) for error in wrong] == [(field, code)]
    assert "postal_code" not in understood or field in {"company", "flat"}


def test_a_home_address_carries_no_company() -> None:
    understood, wrong = parts.read(Step.DELIVERY, DELIVERY | {"address_kind": "home"}, addresses=PLACES)
    assert wrong == []
    assert understood["company"] == ""


def test_an_extension_needs_its_phone() -> None:
    typed = {"unit": "Bilgi İşlem", "job_title": "Öğretmen", "work_phone": "", "extension": "12"}
    _understood, wrong = parts.read(Step.WORKPLACE, typed, addresses=PLACES)
    assert [(error.field, error.code) for error in wrong] == [("work_phone", "extension_without_phone")]


def test_every_mistake_of_a_part_is_told_at_once() -> None:
    _understood, wrong = parts.read(Step.CONTACT, {}, addresses=PLACES)
    assert [error.field for error in wrong] == ["email", "phone", "operator", "channel"]


@pytest.mark.parametrize(
    ("province", "district", "label"),
    [
        ("Erzincan", "Merkez", "ERZİNCAN MERKEZ"),
        ("Iğdır", "Merkez", "IĞDIR MERKEZ"),
        ("İstanbul", "Şişli", "Şişli"),
    ],
)
def test_the_central_district_is_named_as_people_write_it(province: str, district: str, label: str) -> None:
    assert district_label(province, district) == label
