"""Value objects: they check themselves, and hide what must not be shown."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from hypothesis import given
from hypothesis import strategies as st
from stdnum.tr import tckimlik

from divit.kernel.email import Email
from divit.kernel.errors import Invalid
from divit.kernel.money import Money
from divit.kernel.phone import Phone
from divit.kernel.serials import Serial
from divit.kernel.tckn import INVENTED, Tckn, Vkn, accept_invented, invented
from divit.kernel.turkish import sort_key, tr_fold, tr_lower, tr_title, tr_upper


@pytest.mark.parametrize("text", ["10000000146", " 100 000 001 46 ", "11111111110"])
def test_a_good_tckn(text: str) -> None:
    assert len(Tckn(text)) == 11


@pytest.mark.parametrize("text", ["11111111101", "12345678910", "00000000000", "1000000014", "", "١٠٠٠٠٠٠٠١٤٦"])
def test_a_bad_tckn(text: str) -> None:
    with pytest.raises(Invalid, match="tckn_invalid"):
        Tckn(text)


def test_a_tckn_hides_itself() -> None:
    assert repr(Tckn("10000000146")) == "Tckn(•••••••0146)"


def test_invented_numbers_are_nobody_s_and_only_a_demo_takes_them() -> None:
    numbers = {invented(number) for number in range(INVENTED)}
    assert len(numbers) == INVENTED > 5000
    assert all(number.startswith("1000000") and not tckimlik.is_valid(number) for number in numbers)
    with pytest.raises(Invalid, match="tckn_invalid"):
        Tckn(invented(0))
    accept_invented()
    try:
        assert all(Tckn(number) for number in numbers)
        for mistyped in ("10000000147", "10000000156", "20000000078", invented(0)[:-1]):
            with pytest.raises(Invalid, match="tckn_invalid"):
                Tckn(mistyped)
    finally:
        accept_invented(False)


def test_a_vkn_checks_itself() -> None:
    with pytest.raises(Invalid):
        Vkn("1234567891")


@pytest.mark.parametrize("text", ["505 123 45 67", "0505 123 45 67", "+90 505 123 4567", "00905051234567"])
def test_a_phone_however_typed(text: str) -> None:
    phone = Phone(text)
    assert (phone, phone.last4, phone.national) == ("+905051234567", "4567", "0505 123 45 67")


@pytest.mark.parametrize("text", ["0212 123 45 67", "+1 202 555 0100", "505", "x" * 40, "", "+905051234567 ext 3"])
def test_not_a_turkish_mobile(text: str) -> None:
    with pytest.raises(Invalid, match="phone_invalid"):
        Phone(text)


@pytest.mark.parametrize(
    "text", ["ayse.isik@okul.example", " a+b@meb.k12.tr ", "A_B-c@xn--gnl-1na.example", "o'neil@a.tr"]
)
def test_a_good_address(text: str) -> None:
    assert Email(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        *("", "ayse", "@okul.example", "ayse@", "ayse@okul", "ayse@localhost", "a@b@c.example", "ayse@-okul.example"),
        *(
            "a..b@okul.example",
            ".a@okul.example",
            "ayse@okul..example",
            "ayse@okul.e",
            "ayse@[127.0.0.1]",
            "a@10.0.0.1",
        ),
        *(
            "ayşe@okul.example",
            "a@b.example\nBcc: c@d.example",
            '"a b"@okul.example',
            "a b@okul.example",
            "<a@b.example>",
        ),
        *("a" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@" + "b." * 50 + "example"),
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(Invalid, match="email_invalid"):
        Email(text)


@given(st.one_of(st.emails(), st.from_regex(r"[a-z.\"'@-]{1,12}@[a-z0-9.-]{1,12}", fullmatch=True)))
def test_what_is_an_address_here_is_one_for_others(text: str) -> None:
    try:
        address = Email(text)
    except Invalid:
        # Others let a top-level name have a hyphen (which none has) and a quoted name before the @.
        if len(text) <= 64 and not set(text) & set('"[]') and "-" not in text.rpartition(".")[2]:
            with pytest.raises(ValidationError):
                EmailValidator(allowlist=[])(text)
        return
    EmailValidator()(str(address))
    assert "ayse" not in repr(Email("ayse@okul.example"))


@pytest.mark.parametrize(("rate", "total"), [("18", "318,60 TL"), ("20", "324,00 TL")])
def test_the_seed_basket(rate: str, total: str) -> None:
    net = Money.lira("170") + Money.lira("100")
    assert (net + net.percent(Decimal(rate))).tr == total


def test_money_is_shown_the_turkish_way() -> None:
    assert Money.lira("1204567.5").tr == "1.204.567,50 TL"
    with pytest.raises(ValueError, match="kuruş"):
        Money.lira("0.005")


@given(st.integers(min_value=1, max_value=(1 << 159) - 1))
def test_serials_survive_being_read(number: int) -> None:
    serial = Serial(number)
    assert Serial.from_hex(serial.hex) == serial
    assert len(serial.hex) >= 16
    assert len(serial.hex) % 2 == 0


def test_random_serials_are_wide_and_positive() -> None:
    serials = {Serial.random().int for _ in range(1000)}
    assert len(serials) == 1000
    assert all(number.bit_length() == 127 for number in serials)


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        (tr_upper, "ışık ipi", "IŞIK İPİ"),
        (tr_lower, "ISPARTA İLİ", "ısparta ili"),
        (tr_title, "AYŞE IŞIL-ÇİÇEK", "Ayşe Işıl-Çiçek"),
        (tr_fold, "ŞİŞLİ IĞDIR", "sisli igdir"),
        (tr_lower, "I\u0307", "i"),
    ],
)
def test_turkish_letters(function: object, text: str, expected: str) -> None:
    assert function(text) == expected  # type: ignore[operator]


def test_the_turkish_alphabet_sorts() -> None:
    words = ["zebra", "çam", "cam", "öz", "ılık", "iz", "şal", "oz", "salı"]
    assert sorted(words, key=sort_key) == ["cam", "çam", "ılık", "iz", "oz", "öz", "salı", "şal", "zebra"]
