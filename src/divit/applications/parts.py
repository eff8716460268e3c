"""Reading what was typed into the parts of the form: each field by one function that either understands or refuses."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum

import phonenumbers

from divit.applications.addresses import Addresses
from divit.applications.steps import RULE_OF, Step
from divit.kernel import email, writing
from divit.kernel.email import Email
from divit.kernel.errors import Invalid
from divit.kernel.phone import Phone

Typed = Mapping[str, str]
Read = dict[str, object]


class Reader(StrEnum):
    """Kart okuyucu."""

    NONE = "none"
    MINI = "mini"


class Operator(StrEnum):
    """The person's choice, since numbers move between operators."""

    TURKCELL = "turkcell"
    VODAFONE = "vodafone"
    TURK_TELEKOM = "turk_telekom"


class Channel(StrEnum):
    """Bilgi kanalı."""

    SMS = "sms"
    EMAIL = "email"
    BOTH = "both"


class AddressKind(StrEnum):
    """To which kind of address the card goes."""

    WORK = "work"
    HOME = "home"
    REPRESENTATIVE = "rep"  # kurumun e-imza temsilcisi: the institution's rule, nobody's choice


YEARS = (1, 2, 3)
LONGEST = {
    "email": email.LONGEST,
    "unit": writing.UNIT,
    "job_title": writing.JOB_TITLE,
    "company": 120,
    "street": 100,
    "building": 40,
    "flat": 20,
    "extension": 6,
}


def _one_of(choices: type[StrEnum], field: str) -> Callable[[str], object]:
    def read(typed: str) -> object:
        if not typed:
            raise Invalid("choice_required", field=field)
        try:
            return choices(typed)
        except ValueError:
            raise Invalid("choice_unknown", field=field) from None

    return read


def _line(field: str, *, required: bool = True) -> Callable[[str], object]:
    return lambda typed: writing.line(typed, field=field, longest=LONGEST[field], required=required)


def _address_kind(typed: str) -> object:
    kind = _one_of(AddressKind, "address_kind")(typed)
    if kind is AddressKind.REPRESENTATIVE:
        raise Invalid("choice_unknown", field="address_kind")
    return kind


def _years(typed: str) -> int:
    if not typed:
        raise Invalid("choice_required", field="years")
    if typed not in {str(years) for years in YEARS}:
        raise Invalid("choice_unknown", field="years")
    return int(typed)


def _publish(typed: str) -> bool:
    if not typed:
        raise Invalid("choice_required", field="publish")
    if typed not in ("yes", "no"):
        raise Invalid("choice_unknown", field="publish")
    return typed == "yes"


def _email(typed: str) -> str:
    text = typed.strip()
    if not text:
        raise Invalid("text_required", field="email")
    if len(text) > LONGEST["email"]:
        raise Invalid("text_too_long", field="email", longest=LONGEST["email"])
    try:
        return str(Email(text))
    except Invalid as wrong:
        raise Invalid(wrong.code, field="email") from None


def _phone(typed: str) -> str:
    if not typed.strip():
        raise Invalid("text_required", field="phone")
    try:
        return str(Phone(typed))
    except Invalid as wrong:
        raise Invalid(wrong.code, field="phone") from None


def _work_phone(typed: str) -> str:
    text = typed.strip()
    if not text:
        return ""
    if len(text) > 30:
        raise Invalid("work_phone_invalid", field="work_phone")
    try:
        number = phonenumbers.parse(text, "TR")
    except phonenumbers.NumberParseException:
        raise Invalid("work_phone_invalid", field="work_phone") from None
    if number.country_code != 90 or number.extension or not phonenumbers.is_possible_number(number):
        raise Invalid("work_phone_invalid", field="work_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _extension(typed: str) -> str:
    text = typed.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= LONGEST["extension"]):
        raise Invalid("extension_invalid", field="extension")
    return text


def _place(field: str) -> Callable[[str], object]:
    def read(typed: str) -> object:
        if not typed:
            raise Invalid("choice_required", field=field)
        if len(typed) > 100:
            raise Invalid(f"{field}_unknown", field=field)
        return typed

    return read


FIELDS: dict[str, Callable[[str], object]] = {
    "years": _years,
    "reader": _one_of(Reader, "reader"),
    "publish": _publish,
    "email": _email,
    "phone": _phone,
    "operator": _one_of(Operator, "operator"),
    "channel": _one_of(Channel, "channel"),
    "unit": _line("unit"),
    "job_title": _line("job_title"),
    "work_phone": _work_phone,
    "extension": _extension,
    "address_kind": _address_kind,
    "company": _line("company", required=False),
    "province": _place("province"),
    "district": _place("district"),
    "neighbourhood": _place("neighbourhood"),
    "street": _line("street"),
    "building": _line("building"),
    "flat": _line("flat"),
}


def read(step: Step, typed: Typed, *, addresses: Addresses, fixed: Collection[str] = ()) -> tuple[Read, list[Invalid]]:
    """What could be understood of a part, and everything that could not (in the order of the fields).

    What is `fixed` already is not read, whatever was sent.
    """
    understood: Read = {}
    wrong: list[Invalid] = []
    for name in (field for field in RULE_OF[step].fields if field not in fixed):
        try:
            understood[name] = FIELDS[name](typed.get(name, ""))
        except Invalid as error:
            wrong.append(error)
    if step is Step.DELIVERY:
        wrong += _delivery_as_a_whole(understood, addresses=addresses)
    if step is Step.WORKPLACE and understood.get("extension") and understood.get("work_phone") == "":
        wrong.append(Invalid("extension_without_phone", field="work_phone"))
    return understood, wrong


def _delivery_as_a_whole(understood: Read, *, addresses: Addresses) -> list[Invalid]:
    wrong: list[Invalid] = []
    if understood.get("address_kind") is AddressKind.WORK and understood.get("company") == "":
        wrong.append(Invalid("text_required", field="company"))
    if understood.get("address_kind") is AddressKind.HOME:
        understood["company"] = ""
    names = [understood.get(name) for name in ("province", "district", "neighbourhood")]
    if all(names):
        try:
            place = addresses.place(province=str(names[0]), district=str(names[1]), neighbourhood=str(names[2]))
        except Invalid as error:
            wrong.append(error)
            _forget_from(str(error.field), understood)
        else:
            understood["postal_code"] = place.postal_code
    elif names[0] and not addresses.districts(str(names[0])):
        wrong.append(Invalid("province_unknown", field="province"))
        _forget_from("province", understood)
    return wrong


def _forget_from(field: str, understood: Read) -> None:
    order = ("province", "district", "neighbourhood")
    for name in order[order.index(field) :]:
        understood.pop(name, None)
