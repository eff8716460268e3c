"""Kurum ödemeli: from a list with mistakes to cards in the hands of an institution's people, over HTTP only."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import httpx2

from divit.cli import colleagues
from divit.cli import desk_journey as desks
from divit.cli.browser import Page, WalkFailed
from divit.cli.demo_people import DISPATCHER, INSPECTOR, LEVENT, NILGUN, PRODUCER, RUZGAR, TOGETHER, DemoPerson
from divit.cli.journey import Person, Places, until

Step = Callable[[str], AbstractContextManager[list[str]]]
FEWEST, MOST = 10, 50
_AT_ONCE = 4
_A_LOOK_SECONDS = 0.8


def institution(places: Places, step: Step, *, count: int = MOST) -> None:
    """Walk it with so many people; raises `WalkFailed` at the first thing that is not as it should be."""
    people = colleagues.colleagues(count)
    known = [person.as_neighbours_know() for person in people]
    httpx2.post(f"{places.world}/people", json=known, timeout=10).raise_for_status()
    officer, other, representative = (Person(told, places) for told in (LEVENT, NILGUN, RUZGAR))
    with step("two officers and the representative log in"):
        for one in (officer, other, representative):
            one.log_in()
    billed = _billed(officer)
    lists = _ask(officer, people, step)
    with step(f"{count} people are invited, log in, complete what is missing, prove their phones, send off"):
        references = _complete(people, places)
    with step("the second officer, who did not upload them, approves all requests") as notes:
        for page in lists:
            _approve(other, page)
        notes.append(f"{len(references)} applications")
    with step("the representative takes the pile of signed forms in, two keystrokes each"):
        _take_forms_in(representative, references)
    cards = _make(places, references, step)
    _bring_and_hand_over(places, representative, cards, people, step)
    with step("the officer sees what was billed") as notes:
        notes.append(f"{_billed(officer) - billed} certificates")
        if _billed(officer) - billed != count:
            raise WalkFailed(f"{count} certificates were made, but the account grew by {_billed(officer) - billed}")


def _desk(person: Person, name: str) -> Page:
    return person.open("/masa/").follow(name)


def _ask(officer: Person, people: Sequence[DemoPerson], step: Step) -> list[Page]:
    """The list with its mistakes, and the corrected rows; the pages of both."""
    with step(f"a list of {len(people)} is uploaded; every mistake is told at once") as notes:
        preview = _upload(officer, "liste.xlsx", colleagues.workbook(colleagues.with_mistakes(people)))
        wrong = officer.browser.open(preview.link("Hatalı satırları indir")).answer.content
        notes.append(_counted(preview))
    with step("what is right is confirmed; the wrong rows are downloaded, corrected and uploaded") as notes:
        first = _confirm(preview)
        again = _upload(officer, "duzeltilen.xlsx", colleagues.corrected(wrong, people))
        notes.append(_counted(again))
        if "Düzeltilecek satırlar" in again.text:
            raise WalkFailed(f"the corrected rows still have mistakes:\n{again.text[:1500]}")
        second = _confirm(again)
    return [first, second]


def _upload(officer: Person, name: str, content: bytes) -> Page:
    page = _desk(officer, "Kurum yetkilisi masası").follow("Sertifika listeleri")
    page = page.press("Yükle ve denetle", files={"file": (name, content)})
    return until(lambda: officer.browser.open(page.url), "Liste önizlemesi")


def _counted(page: Page) -> str:
    return ", ".join(
        f"{row.dt.get_text(strip=True)} {row.dd.get_text(strip=True)}"
        for row in page.soup.select("main dl.divit-summary > div")
        if row.dt and row.dd
    )


def _confirm(page: Page) -> Page:
    page = page.press("Listeyi onayla, davetleri gönder").expect("Liste onaylandı")
    return until(lambda: page.browser.open(page.url), "Kim nerede?")


def _complete(people: Sequence[DemoPerson], places: Places) -> list[str]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda told: _one(told, places), people))


def _one(told: DemoPerson, places: Places) -> str:
    person = Person(told, places)
    person.newest_sms("(sertifika)", after=set())
    person.log_in()
    sent = person.accept_invitation().expect("Başvurunuz alındı", "Başvuru No: ")
    person.close()
    return sent.text.split("Başvuru No: ", 1)[1].split()[0]


def _approve(officer: Person, page: Page) -> None:
    officer.browser.open(page.url).press("tale").expect("talep")
    until(lambda: officer.browser.open(f"{page.url}?goster=onay"), "Gösterilecek kişi yok")


def _take_forms_in(representative: Person, references: Sequence[str]) -> None:
    page = _desk(representative, "E-imza temsilcisi masası").follow("Toplu form teslimi")
    for reference in references:
        page = page.press("Formu göster", {"scanned": reference}).expect("Karşılaştırın")
        time.sleep(_A_LOOK_SECONDS)  # an Enter that comes at once is taken for the scanner's own
        page = page.press("Formu teslim al", {"scanned": ""}).expect(reference)


def _make(places: Places, references: Sequence[str], step: Step) -> dict[str, str]:
    """Produced by one person, inspected by another; the card numbers by reference."""
    producer, inspector = desks.Staff(PRODUCER, places), desks.Staff(INSPECTOR, places)
    with step("production takes every order; keys and certificates are made on the cards"):
        producer.sign_in()
        taken = [producer.open("/masa/uretim/").press("Bul", {"text": one}).press("Üretime al") for one in references]
        for page in taken:
            until(lambda page=page: producer.browser.open(page.url), "denetim bekliyor")  # type: ignore[misc]
    with step("a second person inspects every card"):
        inspector.sign_in()
        return {reference: desks.inspect(inspector, reference) for reference in references}


def _bring_and_hand_over(
    places: Places, representative: Person, cards: dict[str, str], people: Sequence[DemoPerson], step: Step
) -> None:
    with step("dispatch packs all of them into one box for the representative") as notes:
        reference, tracking_no = _pack(desks.Staff(DISPATCHER, places), cards)
        notes.append(f"{reference}, {tracking_no}")
    with step("the courier brings the box to the representative"):
        desks.deliver(places, tracking_no, last4=RUZGAR.tckn[-4:])
    with step("the representative counts the cards and hands each to its holder against identity"):
        page = _desk(representative, "E-imza temsilcisi masası").follow("Kart teslimi")
        box = until(lambda: page.browser.open(page.link(reference)), "Kartları sayın")
        there = [str(one["value"]) for one in box.soup.select("main input[name=there]")]
        box.press("Koliyi teslim al", {"there": there}).expect("Koli teslim alındı")
        for one in cards:
            card = page.browser.open(page.url).press("Ara", {"text": one}).follow(one)
            card.press("Kartı teslim et", {"checked": "on"}).expect("Kart teslim edildi")
    holder = Person(people[0], places)
    with step("a holder sees the card as handed over, and the PIN waits"):
        holder.log_in()
        holder.open("/basvuru/").follow("Durum").expect("PIN")
        holder.close()


def _pack(dispatcher: desks.Staff, cards: dict[str, str]) -> tuple[str, str]:
    dispatcher.sign_in()
    page = dispatcher.open("/masa/sevkiyat/").follow(TOGETHER)
    digits = {}
    for label in page.soup.select("main label[for]"):
        mine = [card for reference, card in cards.items() if reference in label.get_text()]
        if mine:
            field = page.soup.find(id=str(label["for"]))
            digits[str(field["name"])] = mine[0][-4:] if field is not None else ""  # type: ignore[index]
    address = {"address": "Bilgi İşlem Dairesi, Hakkı Turayliç Caddesi 5, Çankaya, Ankara"}
    page = page.press("Koliyi kapat", {**address, **digits}).expect("Koli kapatıldı")
    page = until(lambda: dispatcher.browser.open(page.url), "Kuryeye")
    reference = page.heading.removeprefix("Koli").strip()
    told = httpx2.get(f"{dispatcher.places.world}/courier/parcels.json", timeout=10).json()["parcels"]
    return reference, next(str(one["tracking_no"]) for one in told if one["reference"] == reference)


def _billed(officer: Person) -> int:
    page = _desk(officer, "Kurum yetkilisi masası").follow("Hesap özetleri")
    return int(_counted(page).split("Hesaba işlenen sertifika ", 1)[1].split(",")[0])
