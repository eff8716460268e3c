"""The lost-card journey: from a lost card to a new one that ordinary tools accept."""

import base64
import re
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx2

from divit.cli import desk_journey as desks
from divit.cli.browser import Page, WalkFailed
from divit.cli.demo_people import DENIZ, DISPATCHER, INSPECTOR, OZGUR, PRODUCER
from divit.cli.journey import Person, Places, until
from divit.cli.witness import Witness

Step = Callable[[str], AbstractContextManager[list[str]]]


def lost_card(places: Places, step: Step) -> None:
    """Walk it; raises `WalkFailed` at the first thing that is not as it should be."""
    with Witness(places) as witness:
        _walk(places, witness, step)


def _walk(places: Places, witness: Witness, step: Step) -> None:
    person = Person(DENIZ, places)
    with step("logs in through e-Devlet"):
        person.log_in().expect("Online İşlemler", DENIZ.name)
    serial = _close_and_open(person, witness, step)
    _close_for_good(person, witness, step, serial)
    status, reference = _apply_and_pay(person, step)
    card = _make_and_deliver(places, person, step, status, reference)
    _prove_the_card(places, person, witness, step, status, card)
    person.close()


def _close_and_open(person: Person, witness: Witness, step: Step) -> str:
    with step("suspends the certificate, two clicks from the home page"):
        page = person.suspend()
    serial = _serial(page)
    with step("openssl sees it on hold") as notes:
        notes += _seconds(witness.expect(serial, "revoked", reason="certificateHold"))
    with step("the page proves it; a sealed receipt is there") as notes:
        page = person.see_proof(page)
        notes.append(_pdf_is_sealed(person.receipt(page)))
    with step("finds the card again: phone code, reinstated"):
        page = person.reinstate(page)
    with step("openssl sees it open") as notes:
        notes += _seconds(witness.expect(serial, "good"))
    return serial


def _close_for_good(person: Person, witness: Witness, step: Step, serial: str) -> None:
    with step("loses it for good: revokes"):
        page = person.revoke()
    with step("openssl sees it revoked") as notes:
        notes += _seconds(witness.expect(serial, "revoked", reason="keyCompromise"))
    with step("the page proves it; a sealed receipt is there") as notes:
        notes.append(_pdf_is_sealed(person.receipt(person.see_proof(page))))


def _apply_and_pay(person: Person, step: Step) -> tuple[str, str]:
    with step("applies for a new card: four parts, check, phone code, sent") as notes:
        start = person.open("/kayip/").follow("Kayıp/çalıntı kart için başvur")
        sent = person.apply(start, kind="lost").expect("Başvurunuz alındı")
        reference = re.search(r"Başvuru No: (\S+)", sent.text)
        status = sent.link("Başvurunun durumunu izleyin")
        notes.append(reference[1] if reference else "")
    with step("opens the form to sign") as notes:
        form = person.browser.open(sent.link("Formu aç")).answer.content
        if not form.startswith(b"%PDF"):
            raise WalkFailed("the form is not a PDF")
        notes.append(f"{len(form) // 1024} KB")
    with step("pays over 3-D Secure, once") as notes:
        person.pay(sent)
        notes.append("204,00 TL")
    return status, reference[1] if reference else ""


def _make_and_deliver(places: Places, person: Person, step: Step, status: str, reference: str) -> str:
    with step("the e-imza temsilcisi takes the form in"):
        representative = Person(OZGUR, places)
        representative.log_in()
        desks.take_form_in(representative, reference).expect("Form teslim alındı")
    with step("production makes key and certificate on a card"):
        desks.produce(_at_desk(desks.Staff(PRODUCER, places)), reference)
    with step("a second person inspects the card"):
        card = desks.inspect(_at_desk(desks.Staff(INSPECTOR, places)), reference)
    with step("dispatch hands it to the courier") as notes:
        tracking_no = desks.dispatch(_at_desk(desks.Staff(DISPATCHER, places)), reference, card)
        notes.append(tracking_no)
    with step("the courier delivers against the identity card"):
        desks.deliver(places, tracking_no, last4=DENIZ.tckn[-4:])
        until(lambda: person.browser.open(status), "Teslim edildi", "PIN kodunu göster")
    return card


def _prove_the_card(places: Places, person: Person, witness: Witness, step: Step, status: str, card: str) -> None:
    with step("takes the PIN, once, after a phone code"):
        pin, _puk = person.take_pin(person.browser.open(status))
    with step("signs with the new card; openssl accepts signature, certificate and status") as notes:
        message = b"Divit"
        told = {"pin": pin, "data": base64.b64encode(message).decode()}
        answer = httpx2.post(f"{places.world}/card-station/cards/{card}/sign", json=told, timeout=10).json()
        certificate = base64.b64decode(answer["certificate"])
        witness.verify_signature(certificate, message, base64.b64decode(answer["signature"]))
        serial = witness.verify(certificate)
        notes += _seconds(witness.expect(serial, "good"))


def _at_desk(staff: desks.Staff) -> desks.Staff:
    staff.sign_in()
    return staff


def _serial(page: Page) -> str:
    found = re.search(r"\b[0-9A-F]{32}\b", page.text)
    if not found:
        raise WalkFailed(f"no serial number on {page.url}")
    return found[0]


def _seconds(seen: tuple[float, float]) -> list[str]:
    return [f"OCSP after {seen[0]:.2f} s", f"CRL after {seen[1]:.2f} s"]


def _pdf_is_sealed(pdf: bytes) -> str:
    """`pdfsig` (poppler) where it is installed; else only that there is a signature in it."""
    if b"/ByteRange" not in pdf or b"ETSI.CAdES.detached" not in pdf:
        raise WalkFailed("the receipt carries no PAdES signature")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        try:
            said = subprocess.run(["pdfsig", file.name], capture_output=True, text=True, check=False).stdout
        except FileNotFoundError:
            return "PAdES (pdfsig is not installed)"
    if "Signature is Valid" not in said:
        raise WalkFailed(f"pdfsig does not accept the receipt:\n{said}")
    return "pdfsig: valid"
