"""The words of notices: complete, short enough, one name each, and safe to fill."""

import re

import pytest

from divit.notifications.texts import all_notices, notices_by_room
from divit.notifications.texts.notice import LONGEST_SMS, Notice, gsm

FILLED_WITH = "Erzincan Binali Yıldırım Üniversitesi Rek"  # as long as a fact gets in a short message


@pytest.mark.parametrize("name", sorted(all_notices()))
class TestEveryNotice:
    """What each of them keeps."""

    def test_its_short_messages_fit(self, name: str) -> None:
        notice = all_notices()[name]
        facts = dict.fromkeys(notice.facts_used(), FILLED_WITH)
        assert max(len(notice.sms(language, facts)) for language in ("tr", "en")) <= LONGEST_SMS

    def test_nothing_is_left_out_in_either_language(self, name: str) -> None:
        notice = all_notices()[name]
        texts = [notice.sms_tr, notice.sms_en, notice.subject_tr, notice.subject_en, notice.mail_tr, notice.mail_en]
        assert all(text.strip() for text in texts)

    def test_no_national_number_goes_out(self, name: str) -> None:
        assert not {"tckn", "vkn", "pin", "puk"} & all_notices()[name].facts_used()


def test_no_two_rooms_use_one_name() -> None:
    names = [name for _room, notices in notices_by_room() for name in notices]
    assert len(names) == len(set(names))


def test_short_messages_use_the_letters_that_cost_least() -> None:
    assert gsm("Şişli «ĞÜİŞÇÖ ğüışçö» – ’tamam’… ₺ Ж") == "Sisli \"GÜISÇÖ güiscö\" - 'tamam'... ? ?"


def test_braces_in_a_fact_are_text() -> None:
    notice = Notice(sms_tr="{a}", sms_en="{a}", subject_tr="{a}", subject_en="{a}", mail_tr="{a}", mail_en="{a}")
    assert notice.mail("tr", {"a": "{b.__class__}"}) == "{b.__class__}"
    assert notice.headline("tr", {"a": "iki\r\nsatır: Bcc: x"}) == "iki satır: Bcc: x"


def test_placeholders_are_plain_names() -> None:
    for name, notice in all_notices().items():
        assert all(re.fullmatch(r"[a-z_0-9]+", fact) for fact in notice.facts_used()), name
