"""The SMS and mail wires, with the real clients on our side."""

import secrets
from dataclasses import replace

import pytest

from divit.adapters.bounded_http import Bounds
from divit.adapters.mail import SmtpMail
from divit.adapters.sms import HttpSms
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.kernel.phone import Phone
from tests.contract.conftest import KEYS, RunningWorld

TO = Phone("0505 123 45 67")


@pytest.fixture
def sms(world: RunningWorld) -> HttpSms:
    return HttpSms(url=f"{world.url}/sms/send", api_key=KEYS.sms, bounds=Bounds(connect=1, total=1))


@pytest.fixture
def mail(world: RunningWorld) -> SmtpMail:
    return SmtpMail(
        host="127.0.0.1",
        port=world.smtp_port,
        sender="Divit <bildirim@divit.example>",
        connect_seconds=1,
        total_seconds=1,
    )


@pytest.fixture
def message_id() -> str:
    return secrets.token_hex(12)


def refs(world: RunningWorld, to: str) -> list[str]:
    return [message["ref"] for message in world.inbox(to)]


class TestSms:
    """The operator's wire."""

    def test_it_arrives(self, world: RunningWorld, sms: HttpSms, message_id: str) -> None:
        text = "654321 kodunuz. Şişli'de ığüşöç İ\n@localhost #654321"
        sms.send(to=TO, text=text, message_id=message_id)
        message = world.inbox(TO)[0]
        assert (message["ref"], message["text"], message["from"]) == (message_id, text, "DIVIT")

    def test_the_same_message_is_sent_once(self, world: RunningWorld, sms: HttpSms, message_id: str) -> None:
        for _again in range(3):
            sms.send(to=TO, text="bir", message_id=message_id)
        assert refs(world, TO).count(message_id) == 1

    def test_a_number_for_two_messages_is_refused(self, sms: HttpSms, message_id: str) -> None:
        sms.send(to=TO, text="bir", message_id=message_id)
        with pytest.raises(NeighbourFailed, match="refused"):
            sms.send(to=TO, text="iki", message_id=message_id)

    def test_a_wrong_key(self, world: RunningWorld, sms: HttpSms, message_id: str) -> None:
        with pytest.raises(NeighbourFailed, match="refused"):
            replace(sms, api_key="x").send(to=TO, text="bir", message_id=message_id)
        assert message_id not in refs(world, TO)

    @pytest.mark.parametrize(
        ("failure", "how", "known"),
        [("down", "down", False), ("hang", "slow", False), ("garbage", "garbage", False), ("refused", "refused", True)],
    )
    def test_trouble(
        self, world: RunningWorld, sms: HttpSms, message_id: str, failure: str, how: str, known: bool
    ) -> None:
        world.fail("sms", failure)
        with pytest.raises(NeighbourFailed) as caught:
            sms.send(to=TO, text="bir", message_id=message_id)
        assert (caught.value.how, caught.value.outcome_known) == (how, known)
        sms.send(to=TO, text="bir", message_id=message_id)
        assert refs(world, TO).count(message_id) == 1

    def test_sent_in_spite_of_the_error_and_not_twice(self, world: RunningWorld, sms: HttpSms, message_id: str) -> None:
        world.fail("sms", "accepted_but_500")
        with pytest.raises(NeighbourFailed) as caught:
            sms.send(to=TO, text="bir", message_id=message_id)
        assert not caught.value.outcome_known
        sms.send(to=TO, text="bir", message_id=message_id)
        assert refs(world, TO).count(message_id) == 1

    def test_nobody_listens(self, sms: HttpSms, message_id: str) -> None:
        with pytest.raises(NeighbourFailed) as caught:
            replace(sms, url="http://127.0.0.1:1/").send(to=TO, text="bir", message_id=message_id)
        assert (caught.value.how, caught.value.outcome_known) == ("down", True)


class TestMail:
    """SMTP."""

    def test_it_arrives(self, world: RunningWorld, mail: SmtpMail, message_id: str) -> None:
        text = "Sayın Ayşe Işıl Öğüt,\n\nSertifikanız askıya alındı. ₺\n"
        mail.send(to="ayse@divit.example", subject="Sertifikanız askıda: İĞÜŞ", text=text, message_id=message_id)
        message = world.inbox("ayse@divit.example")[0]
        assert message["subject"] == "Sertifikanız askıda: İĞÜŞ"
        assert message["text"].replace("\r\n", "\n") == text
        assert message["ref"] == f"<{message_id}@divit.example>"
        assert "bildirim@divit.example" in message["from"]

    def test_a_subject_cannot_carry_a_header(self, world: RunningWorld, mail: SmtpMail, message_id: str) -> None:
        subject = "Merhaba\r\nBcc: herkes@divit.example\r\n\r\ngövde"
        mail.send(to="ayse@divit.example", subject=subject, text="metin", message_id=message_id)
        assert world.inbox("herkes@divit.example") == []
        message = world.inbox("ayse@divit.example")[0]
        assert message["subject"] == "Merhaba Bcc: herkes@divit.example gövde"
        assert message["text"].strip() == "metin"

    @pytest.mark.parametrize(
        "to",
        [
            "a@divit.example\r\nBcc: b@divit.example",
            "a@divit.example, b@divit.example",
            "Ali <a@divit.example>",
            "a@divit.example>\r\nRCPT TO:<b@divit.example",
            "ığü@divit.example",
            "a b@divit.example",
            "yok",
            "",
            "a" * 250 + "@divit.example",
        ],
    )
    def test_an_address_cannot_carry_anything_else(self, mail: SmtpMail, message_id: str, to: str) -> None:
        with pytest.raises(Invalid, match="email_invalid"):
            mail.send(to=to, subject="x", text="x", message_id=message_id)

    def test_a_line_with_a_dot_is_only_a_line(self, world: RunningWorld, mail: SmtpMail, message_id: str) -> None:
        text = "önce\n.\nQUIT\n.sonra\n"
        mail.send(to="ayse@divit.example", subject="x", text=text, message_id=message_id)
        assert world.inbox("ayse@divit.example")[0]["text"].replace("\r\n", "\n") == text

    def test_a_long_letter_is_many_lines(self, world: RunningWorld, mail: SmtpMail, message_id: str) -> None:
        text = "Aralıksız yazılmış uzun bir satır. " * 100
        mail.send(to="ayse@divit.example", subject="Uzun " * 60, text=text, message_id=message_id)
        assert world.inbox("ayse@divit.example")[0]["text"].strip() == text.strip()

    @pytest.mark.parametrize(
        ("failure", "how", "known"),
        [
            ("down", "down", True),
            ("refused", "refused", True),
            ("hang", "slow", True),
            ("accepted_but_dropped", "down", False),
        ],
    )
    def test_trouble(
        self, world: RunningWorld, mail: SmtpMail, message_id: str, failure: str, how: str, known: bool
    ) -> None:
        world.fail("mail", failure)
        with pytest.raises(NeighbourFailed) as caught:
            mail.send(to="ayse@divit.example", subject="x", text="x", message_id=message_id)
        assert (caught.value.how, caught.value.outcome_known) == (how, known)

    def test_slow_is_still_an_answer(self, world: RunningWorld, mail: SmtpMail, message_id: str) -> None:
        world.fail("mail", "slow")
        mail.send(to="ayse@divit.example", subject="x", text="x", message_id=message_id)
        assert f"<{message_id}@divit.example>" in refs(world, "ayse@divit.example")

    def test_nobody_listens(self, mail: SmtpMail, message_id: str) -> None:
        with pytest.raises(NeighbourFailed) as caught:
            replace(mail, port=1).send(to="ayse@divit.example", subject="x", text="x", message_id=message_id)
        assert (caught.value.how, caught.value.outcome_known) == ("down", True)


class TestTheWorldForgetsNothing:
    """kill -9 of the neighbours loses nothing that they answered for."""

    def test_killed_and_started_again(self, world: RunningWorld, sms: HttpSms, message_id: str) -> None:
        sms.send(to=TO, text="bir", message_id=message_id)
        world.fail("sms", "down", times=7)
        world.stop(signal=9)
        world.start()
        assert refs(world, TO).count(message_id) == 1
        assert world.get("/failures.json") == {"armed": [{"neighbour": "sms", "name": "down", "remaining": 7}]}
        world.post("/failures", {"clear": True})
        sms.send(to=TO, text="bir", message_id=message_id)
        assert refs(world, TO).count(message_id) == 1
