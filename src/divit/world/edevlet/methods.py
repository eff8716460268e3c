"""The five ways to prove oneself at the gate: what each asks for, and how the answer is checked."""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from divit.world.context import World
from divit.world.html import Html, h, join
from divit.world.pages import Voice, choice, field
from divit.world.registry import person_by

CARD_PIN = "123456"
BANKS = (("ornek", "Örnek Bank"), ("deneme", "Deneme Bankası"), ("benzetim", "Benzetim Katılım"))
_OPERATORS = (("turkcell", "Turkcell"), ("vodafone", "Vodafone"), ("turktelekom", "Türk Telekom"))


@dataclass(frozen=True)
class Method:
    """One tab; `level` is what the identity end point will say of it."""

    slug: str
    turkish: str
    english: str
    level: str


METHODS = {
    method.slug: method
    for method in (
        Method("sifre", "e-Devlet Şifresi", "e-Devlet password", "SIFRE"),
        Method("mobil-imza", "Mobil İmza", "Mobile signature", "MOBIL_IMZA"),
        Method("e-imza", "e-İmza", "e-Signature", "E_IMZA"),
        Method("kimlik-karti", "T.C. Kimlik Kartı", "T.C. identity card", "KIMLIK_KARTI"),
        Method("internet-bankaciligi", "İnternet Bankacılığı", "Internet banking", "INTERNET_BANKACILIGI"),
    )
}
TWO_STEP_LEVEL = "SIFRE_SMS"


def fields(say: Voice, method: Method, chosen: sqlite3.Row | None) -> Html:
    """The inputs of a method, filled for the person picked from the list (a help of the simulation)."""
    tckn = field(
        say("T.C. Kimlik No", "T.C. identity no"),
        "trid",
        id="tridField",
        inputmode="numeric",
        maxlength=11,
        autocomplete="username",
        value=chosen["tckn"] if chosen else None,
    )
    if method.slug == "sifre":
        return join(tckn, _password(say, chosen))
    if method.slug == "mobil-imza":
        number = field(
            say("Cep Telefonu", "Mobile phone"),
            "telefon",
            type="tel",
            autocomplete="tel",
            value=chosen["phone"] if chosen else None,
        )
        return join(tckn, number, choice(say("Operatör", "Operator"), "operator", _OPERATORS))
    if method.slug == "internet-bankaciligi":
        return join(choice(say("Banka", "Bank"), "banka", BANKS), tckn, _password(say, chosen))
    hint = say(f"Benzetimde her kartın PIN'i {CARD_PIN}.", f"In this simulation every card's PIN is {CARD_PIN}.")
    reader = h(
        "p",
        say(
            "Kartınızı okuyucuya takın. (Benzetim: kartın kime ait olduğunu kimlik no ile belirtirsiniz.)",
            "Put your card into the reader. (Simulation: you say by identity no whose card it is.)",
        ),
    )
    pin = field(
        say("Kart PIN'i", "Card PIN"),
        "pin",
        type="password",
        inputmode="numeric",
        hint=hint,
        autocomplete="off",
        value=CARD_PIN if chosen else None,
    )
    return join(reader, tckn, pin)


def _password(say: Voice, chosen: sqlite3.Row | None) -> Html:
    return join(
        field(
            say("e-Devlet Şifresi", "e-Devlet password"),
            "egp",
            id="egpField",
            type="password",
            autocomplete="current-password",
            value=chosen["edevlet_password"] if chosen else None,
        ),
        # The script fills these two; without it there is nothing to show.
        h(
            "div",
            data_keyboard="egpField",
            data_label=say("Sanal Klavye", "On-screen keyboard"),
            data_hide_label=say("Yazarken Gizle", "Hide while typing"),
            data_erase_label=say("Sil", "Erase"),
        ),
    )


def check(world: World, method: Method, given: Mapping[str, str]) -> sqlite3.Row | None:
    """The person who proved themselves, or nobody."""
    person = person_by(world, "tckn", given.get("trid", "").strip())
    if person is None:
        return None
    if method.slug in {"sifre", "internet-bankaciligi"}:
        if method.slug == "internet-bankaciligi" and given.get("banka") not in dict(BANKS):
            return None
        held = secrets.compare_digest(given.get("egp", "").encode(), person["edevlet_password"].encode())
    elif method.slug == "mobil-imza":
        held = digits(given.get("telefon", ""))[-10:] == digits(person["phone"])[-10:]
    else:
        held = secrets.compare_digest(given.get("pin", "").encode(), CARD_PIN.encode())
    return person if held else None


def needs_phone(method: Method, person: sqlite3.Row) -> bool:
    """Whether a code sent to the phone must follow."""
    return method.slug == "mobil-imza" or (method.slug == "sifre" and bool(person["two_step"]))


def level(method: Method, person: sqlite3.Row) -> str:
    """What the wire will call this login."""
    return TWO_STEP_LEVEL if method.slug == "sifre" and person["two_step"] else method.level


def digits(text: str) -> str:
    """Only the digits of what was typed."""
    return "".join(letter for letter in text if letter.isdecimal())
