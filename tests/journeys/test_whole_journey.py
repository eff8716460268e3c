"""From a lost card to a new one in the hand, twice: on a phone without script, and on a desk in English and dark."""

import pytest

from divit.cli.demo_people import DISPATCHER, INSPECTOR, OZGUR, PRODUCER, DemoPerson
from tests.journeys import roads, settle
from tests.journeys.browser import NARROW, WIDE, Walker
from tests.journeys.conftest import Open
from tests.running_service import Service

pytestmark = [pytest.mark.journey, pytest.mark.service]
ON_A_PHONE = {"script": False, "size": NARROW, "language": "tr"}
AT_A_DESK = {"script": True, "size": WIDE, "language": "en", "dark": True}


@pytest.mark.parametrize(
    ("person", "look"),
    [(settle.NARROW_ONE, ON_A_PHONE), (settle.WIDE_ONE, AT_A_DESK)],
    ids=["390 px, Turkish, light, no script", "1280 px, English, dark, script"],
)
def test_from_a_lost_card_to_a_new_one(
    browse: Open, walked: Service, door: roads.Door, person: DemoPerson, look: dict[str, object]
) -> None:
    script, post = bool(look["script"]), roads.Post(walked)
    with browse(**look) as me, browse(**look) as staff:
        start = close_the_lost_card(me, post, person, for_good=not script)
        reference, status = apply(me, post, person, start, script=script)
        pay(me, post, status, script=script)
        take_form_in(staff, reference)
        make_and_send(browse, walked, door, reference, look)
        receive(browse, walked, person, reference, look)
        read_pin(me, post, person, status)


def close_the_lost_card(me: Walker, post: roads.Post, person: DemoPerson, *, for_good: bool) -> str:
    """Suspend, see the proof, open again, and close for the new card; returns where the application begins."""
    me.open("/").picture("lost-card-1-home")
    roads.sign_in(me, person)
    me.open("/")
    me.clicks = 0
    me.follow("Kartım kayıp veya çalındı", within="section.page-alarm").picture("lost-card-2-question")
    me.press("Askıya al").expect("Sertifika askıya alındı")
    assert me.clicks <= 3
    roads.see_proof(me).picture("lost-card-3-proof")
    assert roads.download(me, "Mühürlü ve zaman damgalı belgeyi indir (PDF)").startswith(b"%PDF")
    me.follow("Kartımı buldum: askıdan indir")
    known = post.known(person.phone)
    me.press("Kodu gönder").picture("lost-card-4-code")
    roads.prove_phone(me, post, person.phone, known)
    me.press("Askıdan indir").expect("Sertifika askıdan indirildi")
    roads.see_ocsp(me)
    if for_good:
        me.follow("Bulamayacağım: iptal et").expect("Bu işlem geri alınamaz").picture("lost-card-5-revoke")
        me.choose("reason", "çalındı")
        me.tick("understood")
        me.press("Sertifikamı iptal et").expect("Sertifika iptal edildi")
    else:
        me.follow("Askıya al").press("Askıya al")
    roads.see_ocsp(me)
    me.follow("Kayıp/çalıntı kart için başvur")
    return me.page.url


def apply(me: Walker, post: roads.Post, person: DemoPerson, start: str, *, script: bool) -> tuple[str, str]:
    """The four parts, the check page, the phone; returns the reference and the address of the status page."""
    assert "kind=lost" in start
    assert me.page.locator("main [name=kind]:checked, main select[name=kind]").first.input_value() == "lost"
    me.picture("application-1-institution")
    roads.choose_institution(me, "Kayıp / Çalıntı")
    roads.fill_in_certificate(me)
    assert me.page.locator("main [name=email]").input_value() == person.email
    roads.fill_in_contact(me, person)
    roads.fill_in_workplace(me)
    roads.fill_in_delivery(me, script=script).picture("application-2-delivery")
    me.press("Devam").picture("application-3-check")
    roads.confirm(me, post, person.phone).picture("application-4-received")
    reference = me.page.locator("main .number").first.inner_text()
    form = me.page.context.request.get(me.link("Formu aç (PDF)").first.get_attribute("href") or "")
    assert form.body().startswith(b"%PDF")
    me.follow("Başvurunun durumunu izleyin")
    return reference, me.page.url


def pay(me: Walker, post: roads.Post, status: str, *, script: bool) -> None:
    """At the bank, with 3-D, and back."""
    me.follow("Öde").expect("Başvuru ücretini öde", "324,00 TL").picture("payment-1-bill")
    roads.at_bank(me, post, script=script).picture("payment-2-bank")
    roads.back_from_bank(me, script=script)
    roads.until(me, "Ödemeniz alındı", "Makbuzu indir (PDF)").picture("payment-3-paid")
    assert roads.download(me, "Makbuzu indir (PDF)").startswith(b"%PDF")
    me.follow("Başvurunun durumu").expect("Neler oldu, sırada ne var?").picture("application-5-status")


def take_form_in(staff: Walker, reference: str) -> None:
    """The representative of the institution, signed in as a person."""
    staff.open("/masa/").follow("e-Devlet ile gir")
    roads.identify(staff, OZGUR)
    staff.follow("E-imza temsilcisi masası").picture("desks-1-representative")
    staff.fill("text", reference)
    staff.press("Ara").follow(reference)
    staff.tick("compared")
    staff.picture("desks-2-form").press("Formu teslim al")


def make_and_send(browse: Open, walked: Service, door: roads.Door, reference: str, look: dict[str, object]) -> None:
    """Production, a second person's inspection, dispatch, courier."""
    with browse(**look) as producer:
        door.enter(producer, PRODUCER)
        roads.produce(producer, reference).picture("desks-3-produced")
    with browse(**look) as inspector:
        door.enter(inspector, INSPECTOR)
        inspector.open("/masa/").follow("Denetim masası").follow(reference)
        digits = roads.card_in_hand(inspector, walked)
        inspector.fill("digits", digits)
        inspector.press("Denetimden geçir")
    with browse(**look) as dispatcher:
        door.enter(dispatcher, DISPATCHER)
        roads.dispatch(dispatcher, digits, reference).picture("desks-4-dispatch")


def receive(browse: Open, walked: Service, person: DemoPerson, reference: str, look: dict[str, object]) -> None:
    """The courier looks at the identity card."""
    with browse(**look) as courier:
        roads.hand_over(courier, walked, reference, person.tckn[-4:])


def read_pin(me: Walker, post: roads.Post, person: DemoPerson, status: str) -> None:
    """PIN and PUK, once."""
    roads.until_open(me, status, "PIN kodunu göster").picture("application-6-delivered")
    me.follow("PIN kodunu göster")
    if me.page.get_by_role("button", name=me.say("e-Devlet Kapısına Git")).count():
        roads.identify(me, person)
    known = post.known(person.phone)
    me.press("Kod gönder")
    roads.prove_phone(me, post, person.phone, known)
    me.press("PIN ve PUK'u göster").expect("Kart numarası", "PUK")
    me.press("Yazdım, silinsin")
    me.open(status).picture("application-7-closed")
