"""«O anda geçerli miydi?»: asked by the holder, the registry and a stranger; answered, sealed, and told once."""

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from asn1crypto import x509 as asn1_x509
from bs4 import BeautifulSoup
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from divit.audit.models import Entry
from divit.certificates import past_status as statements
from divit.certificates.models import Certificate, Intent, PastStatus
from divit.flows import issuance, past_status, phone_proof, reinstatement, revocation, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NeighbourFailed, NotFound, Refused
from divit.kernel.serials import Serial
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore
from divit.pki.keystores.base import SigningKey
from divit.pki.reasons import Reason
from tests.factories import people
from tests.fixtures_pki import holder_of, make_csr

pytestmark = pytest.mark.django_db(transaction=True)
REGISTRAR = Actor(role=Role.REGISTRAR, id="77", name="Görevli Gizlioğlu")
VISITOR = Actor(role=Role.VISITOR, id="visitor")


class Story:
    """A certificate that was suspended, opened, suspended and revoked, ten seconds apart; asked about an hour later."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        self.began = certificate.issued_at.replace(microsecond=0) + timedelta(seconds=1)

    def second(self, number: float) -> datetime:
        return self.began + timedelta(seconds=number)

    @contextmanager
    def at(self, number: float) -> Iterator[None]:
        with clock.moved(lambda: self.second(number)):
            yield

    def live(self) -> None:
        by = holder_of(self.certificate.person)
        for number, act in (
            (10.4, lambda: suspension.suspend(self.certificate.pk, by=by)),
            (20.4, lambda: reinstatement.reinstate(self.certificate.pk, by=by, fresh_login=True)),
            (30, lambda: suspension.suspend(self.certificate.pk, by=by)),
            (40, lambda: revocation.revoke(self.certificate.pk, reason=Reason.KEY_COMPROMISE, by=by)),
        ):
            with self.at(number):
                act()

    def ask(self, number: float, **more: Any) -> PastStatus:
        with self.at(3600):
            return past_status.ask_about_own(
                self.certificate.pk,
                **{"at": self.second(number), "language": "tr", "by": holder_of(self.certificate.person), **more},
            )

    def ask_public(self, serial: Serial, *, address: str = "192.0.2.1", **more: Any) -> PastStatus:
        given = {"at": self.second(5), "language": "tr", "proven": True, **more}
        with self.at(3600):
            return past_status.ask_as_anybody(self.certificate.issuer_id, serial, address=address, by=VISITOR, **given)


@pytest.fixture
def story(
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    monkeypatch: pytest.MonkeyPatch,
) -> Story:
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)
    told = Story(make_certificate(make_person()))
    told.live()
    return told


def test_every_second_has_its_answer(story: Story) -> None:
    told = {number: story.ask(number).content for number in (-7200, 5, 10, 15, 20, 21, 35, 40)}
    assert {number: content["verdict"] for number, content in told.items()} == {
        -7200: "not_yet", 5: "valid", 10: "suspended", 15: "suspended", 20: "suspended", 21: "valid",
        35: "suspended", 40: "revoked",
    }  # fmt: skip
    assert told[-7200]["published_then"] is None
    assert told[5]["published_now"] == told[5]["published_then"] == {"status": "good", "reason": "", "since": None}
    assert told[15]["published_then"]["reason"] == "certificateHold"
    assert told[15]["published_now"] == told[15]["published_then"]  # a hold that was lifted stays what it was
    then, now = told[35]["published_then"], told[35]["published_now"]
    assert (then["reason"], now["reason"]) == ("certificateHold", "keyCompromise")
    assert then["since"] == now["since"] == f"{story.second(30):%Y-%m-%dT%H:%M:%SZ}"
    assert [one["state"] for one in told[5]["periods"]] == ["valid", "suspended", "valid", "suspended", "revoked"]
    ended = story.certificate.not_after
    with clock.moved(lambda: ended + timedelta(days=9)):
        late = past_status.ask_about_own(
            story.certificate.pk, at=ended + timedelta(days=1), language="tr", by=holder_of(story.certificate.person)
        )
    assert late.content["verdict"] == "revoked"


def test_the_same_question_gets_the_same_document_until_something_happens(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]
) -> None:
    story = Story(make_certificate(make_person()))
    first = story.ask(5)
    assert story.ask(5.7).pk == first.pk
    assert story.ask(6).pk != first.pk
    assert story.ask(5, language="en").pk != first.pk
    asked = Entry.objects.filter(act="certificate.past_status_asked")
    assert asked.count() == 3
    with story.at(30):
        suspension.suspend(story.certificate.pk, by=holder_of(story.certificate.person))
    again = story.ask(5)
    assert again.pk != first.pk
    assert again.content["verdict"] == first.content["verdict"] == "valid"
    assert set(asked.values_list("person_id", flat=True)) == {str(story.certificate.person_id)}
    for change in ({"content": {}}, {"serial": "00"}, {"at": clock.now()}):
        with pytest.raises(IntegrityError, match="what was stated stays as it is"):
            PastStatus.objects.filter(pk=first.pk).update(**change)


def test_nobody_knows_what_is_not_settled(story: Story) -> None:
    for number, code in ((3600 * 30, "past_status_in_future"), (3600 - 60, "past_status_too_soon")):
        with pytest.raises(Refused, match=code):
            story.ask(number)
    assert story.ask(3600 - 121).content["verdict"] == "revoked"
    other = Actor(role=Role.HOLDER, id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound):
        story.ask(5, by=other)


def test_numbers_without_a_certificate(story: Story, make_person: Callable[..., Person]) -> None:
    nobody = story.ask_public(Serial(12345))
    assert (nobody.content["verdict"], nobody.content["published_then"]) == ("never_issued", None)
    assert nobody.certificate is None
    order = "5b0b9f06-6d6c-4f0e-9a55-2f0a5c1f7a10"
    intent = issuance.begin(
        person=make_person(), card_order_id=order, institution_id=story.certificate.institution_id, profile="etsi-tr",
        csr_der=make_csr(order), card_serial="1" * 16, validity_years=3, publish=False, replaces=False, by=SYSTEM,
    )  # fmt: skip
    assert story.ask_public(Serial.from_hex(intent.serial)).content["verdict"] == "never_issued"
    with pytest.raises(NeighbourFailed):
        issuance.complete(intent.pk, keystore=cast(KeyStore, _NoKeys()))
    began = Intent.objects.get(pk=intent.pk).signing_began_at
    assert began is not None
    asked = {"at": began + timedelta(seconds=2), "address": "192.0.2.9"}
    waiting = story.ask_public(Serial.from_hex(intent.serial), **asked).content
    assert (waiting["verdict"], waiting["published_then"]["reason"]) == ("not_yet", "certificateHold")
    issuance.abandon(intent.pk, by=SYSTEM)
    asked["at"] = clock.now() + timedelta(seconds=2)
    over = story.ask_public(Serial.from_hex(intent.serial), **asked)
    assert (over.content["verdict"], over.certificate) == ("given_up", None)
    assert over.content["published_then"]["reason"] == "cessationOfOperation"
    with pytest.raises(NotFound):
        past_status.ask_as_anybody(
            intent.pk, Serial(1), at=story.began, language="tr", address="x", proven=True, by=VISITOR
        )


class _NoKeys:
    """A key store that is out of reach."""

    def open(self, label: str) -> SigningKey:
        raise NeighbourFailed("key store", "down", outcome_known=True)


def test_a_stranger_may_ask_so_often(story: Story) -> None:
    for number in range(10):
        story.ask_public(Serial(number + 1), proven=False)
    with pytest.raises(Refused, match="past_statuses_too_many"):
        story.ask_public(Serial(99), proven=False)
    story.ask_public(Serial(99))
    story.ask_public(Serial(99), address="192.0.2.2", proven=False)


def _text(pdf: bytes, folder: Path) -> str:
    (folder / "document.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(folder / "document.pdf"), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def _sealed(pdf: bytes, authority: Authority) -> None:
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(authority.root)],
        other_certs=[asn1_x509.Certificate.load(authority.certificate)],
        allow_fetching=False,
    )
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(signature, context, context)
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted


def _attached(pdf: bytes, folder: Path) -> dict[str, Any]:
    (folder / "document.pdf").write_bytes(pdf)
    subprocess.run(["pdfdetach", "-saveall", "-o", str(folder), str(folder / "document.pdf")], check=True)
    told: dict[str, Any] = json.loads((folder / "divit.json").read_text())
    return told


def test_holder_stranger_and_registry_each_get_a_sealed_document(
    story: Story,
    validation: str,
    run_jobs: Callable[[str], None],
    authority: Authority,
    client: Client,
    at_desk: Callable[..., Client],
    tmp_path: Path,
) -> None:
    """One world for all three: the pages as they are walked, and what stands in the documents."""
    mine, local = story.certificate, clock.local(story.second(35))
    when = {"day": f"{local:%d.%m.%Y}", "time": f"{local:%H:%M:%S}"}
    question = {**when, "issuer": str(mine.issuer_id), "serial": ":".join(_pairs(mine.serial))}
    me, stranger, registrar = people.log_in(client, mine.person), Client(), at_desk(Role.REGISTRAR)
    with story.at(3600):
        me = people.log_in(client, mine.person)
        own = me.post(reverse("portal:past_status_ask", args=[mine.pk]), when).headers["Location"]
        public = stranger.post(reverse("portal:public_status_ask"), question).headers["Location"]
        desk = registrar.post(
            reverse("console:registration_past_status_ask"), question | {"neden": "file_official"}
        ).headers["Location"]
        pages = {who: _see(*page) for who, page in {"own": (me, own), "public": (stranger, public)}.items()}
        assert "Belge mühürleniyor" in pages["own"]
    run_jobs("signing")
    with story.at(3600):
        live = me.get(f"{own}belge/")
        assert live.headers["X-Live"] == "done"
        pages = {"own": _see(me, own), "public": _see(stranger, public), "desk": _see(registrar, desk)}
    for page in pages.values():
        assert "Hayır, askıdaydı" in page
        assert mine.serial in page
        assert "Kart kayıp veya çalıntı" in page  # what is published today of that instant
        assert "askı sonra iptale dönüştü" in page
    with story.at(3600):
        files = {
            "own": me.get(f"{own}belge.pdf"),
            "public": stranger.get(f"{public}belge.pdf"),
            "desk": registrar.get(desk.replace("?", "belge.pdf?")),
        }
        assert "text/html" in registrar.get(desk.partition("?")[0] + "belge.pdf").headers["Content-Type"]  # no purpose
    texts = {who: _text(file.content, tmp_path) for who, file in files.items()}
    for who, file in files.items():
        assert file.status_code == 200
        _sealed(file.content, authority)
        attached = _attached(file.content, tmp_path)
        assert attached["verdict"] == "suspended"
        assert len(attached["periods"]) == 5
        for part in (f"{story.second(35):%Y-%m-%d %H:%M:%S}Z", f"{local:%d.%m.%Y %H:%M:%S} (UTC+3)", mine.serial):
            assert part in texts[who], (who, part)
    for who in ("own", "desk"):
        assert "Ayşe Işıl Gökçe (Sertifika sahibi)" in texts[who]
    assert "Ayşe" not in texts["public"] + pages["public"] + json.dumps(statements.statement(_id(public)).content)
    assert mine.card_serial not in texts["public"] + pages["public"]
    looks = [json.loads(one.payload)["facts"] for one in Entry.objects.filter(act="look").order_by("seq")]
    assert [look["purpose"] for look in looks] == ["file_official", "file_official"]
    nobody = Client().get(own)
    assert nobody.status_code == 302
    assert stranger.get(public.replace(str(_id(public)), str(_id(own)))).status_code == 404


def _pairs(serial: str) -> list[str]:
    return [serial[place : place + 2] for place in range(0, len(serial), 2)]


def _see(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    main = BeautifulSoup(answer.content, "html.parser").select_one("main")
    assert main is not None
    return main.get_text(" ")


def _id(address: str) -> Any:
    return address.strip("/").rpartition("/")[2]


def test_what_is_typed_wrong_is_said_at_its_field(story: Story, client: Client) -> None:
    address = reverse("portal:public_status_ask")
    tomorrow = clock.local(clock.now() + timedelta(days=1))
    good = {"issuer": str(story.certificate.issuer_id), "serial": "0A0B", "day": "01.02.2026", "time": "14.30"}
    for wrong, said in (
        ({"serial": "XYZ"}, "yalnız 0-9 ve A-F"),
        ({"serial": "0"}, "yalnız 0-9 ve A-F"),
        ({"day": "2026"}, "gün.ay.yıl"),
        ({"day": "01.02.1926"}, "Günü denetleyin"),
        ({"time": "25:00"}, "saat:dakika"),
        ({"day": f"{tomorrow:%d.%m.%Y}"}, "Bu an henüz gelmedi"),
        ({"issuer": "5b0b9f06-6d6c-4f0e-9a55-2f0a5c1f7a10"}, "Hata:"),
    ):
        answer = client.post(address, {**good, **wrong})
        assert answer.status_code == 200
        assert said in answer.content.decode(), wrong
    assert not PastStatus.objects.exists()
    assert client.post(address, good).status_code == 302
    assert PastStatus.objects.get().content["verdict"] == "never_issued"
