"""Names: what the register holds passes; what looks like it, or hides something, does not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.kernel.errors import Invalid
from divit.pki import names


@pytest.mark.parametrize(
    "text",
    ["Ayşe", "IŞIL", "İbrahim Ğ", "Öztürk-Çağlar", "D'Angelo", "Kâmil", "Nâzım Hikmet", "Wanda Xu", "Ö", "A" * 64],
)
def test_names_of_the_register_pass_unchanged(text: str) -> None:
    assert names.check_person_name(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_empty"),
        ("   ", "name_empty"),
        (unicodedata.normalize("NFD", "Ayşe"), "name_not_normal"),
        ("Аyşe", "name_letter"),  # Cyrillic А
        ("Ayşe\u202eelA", "name_letter"),  # right-to-left override
        ("Ayşe\u200b", "name_letter"),
        ("Ay\x00şe", "name_letter"),
        ("Ayşe\n", "name_letter"),
        ("Ayşe\t", "name_letter"),
        ("Ayşe\u00a0Gül", "name_letter"),
        ("Ayşe’nin", "name_letter"),
        ("Αyşe", "name_letter"),  # Greek Alpha
        ("Ayşe😀", "name_letter"),
        ("<b>Ayşe</b>", "name_letter"),
        ("=HYPERLINK", "name_letter"),
        ("Ayşe, C=US", "name_letter"),
        ("Ayşe1", "name_letter"),
        ("\ud800", "name_letter"),
        ("fi".replace("fi", "ﬁ"), "name_letter"),
        (" Ayşe", "name_joint"),
        ("Ayşe ", "name_joint"),
        ("Ayşe  Gül", "name_joint"),
        ("-Ayşe", "name_joint"),
        ("A" * 65, "name_length"),
    ],
)
def test_everything_else_is_refused_by_its_own_name(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        names.check_person_name(text)
    assert refusal.value.code == code


def test_the_common_name_is_bounded_as_a_whole() -> None:
    with pytest.raises(Invalid) as refusal:
        names.common_name("A" * 40, "B" * 40)
    assert (refusal.value.code, refusal.value.field) == ("name_length", "common_name")


@given(st.text(max_size=80))
def test_what_passes_is_normal_bounded_and_plain(text: str) -> None:
    try:
        names.check_person_name(text)
    except Invalid:
        return
    assert unicodedata.is_normalized("NFC", text)
    assert 0 < len(text) <= 64
    assert all(unicodedata.category(c) in {"Lu", "Ll"} or c in " '-" for c in text)
    assert all("LATIN" in unicodedata.name(c) for c in text if c not in " '-")


@pytest.mark.parametrize("text", ["", " x", "x ", "a\u202eb", "Аx", "x" * 65, "a\x07"])
def test_titles_are_plain_too(text: str) -> None:
    with pytest.raises(Invalid):
        names.check_title(text, field="organisation")
