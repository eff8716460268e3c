"""The people of a simulated year: invented, each with habits that follow from the seed and nothing else."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from divit.kernel.tckn import INVENTED, invented

MOST = INVENTED
_NAMES = (
    *("Ayça", "Bengü", "Cihan", "Dilşad", "Eylül", "Ferhat", "Gökçe", "Hülya", "Işık", "İnci"),
    *("Jale", "Kâmil", "Leylâ", "Münevver", "Nurşen", "Ozan", "Özge", "Pınar", "Rüzgâr", "Selçuk"),
    *("Şebnem", "Tuğçe", "Uğur", "Ünal", "Vildan", "Yağız", "Zühre", "Bülent", "Çiğdem", "Doğan"),
)
_SURNAMES = (
    *("Güven", "Çelebi", "Ünal", "Işıldak", "Şenol", "Akıncı", "Bozkır", "Cömert", "Duru", "Ekşi"),
    *("Fındık", "Gürpınar", "Hoşgör", "İpekçi", "Kıvanç", "Laçin", "Mercan", "Nazlı", "Okyanus", "Özçınar"),
    *("Pamuk", "Rençber", "Sağlam", "Şimşek", "Taşkın", "Uçar", "Ülker", "Vardar", "Yıldırım", "Zeytin"),
)
_PLACES = ("Ağrı", "Çorum", "Düzce", "Iğdır", "Kütahya", "Muğla", "Şırnak", "Uşak")
_UNITS = ("Bilgi İşlem Dairesi", "Strateji Dairesi", "Personel Müdürlüğü", "Liman Başkanlığı", "Köprüler Dairesi")
_TITLES = ("Memur", "Uzman", "Mühendis", "Şef", "Müdür")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How somebody is about papers and cards; days are working days."""

    answers_after: float  # from the invitation to the application
    never_answers: bool
    form_after: float  # from the application to the signed form at the representative's
    never_signs: bool
    form_goes_astray: bool
    form_is_wrong: bool
    pays_after: float
    collects_after: float
    never_collects: bool
    reads_pin_after: float
    pays_alone: bool  # kişi ödemeli: does not wait for the institution's list


@dataclass(frozen=True, kw_only=True)
class Employee:
    """Somebody at the institution."""

    number: int
    given_names: str
    surname: str
    birth_date: date
    birth_place: str
    unit: str
    job_title: str
    channel: str
    habits: Habits

    @property
    def tckn(self) -> str:
        """A number that nobody can have."""
        return invented(self.number)

    @property
    def phone(self) -> str:
        return f"+90555010{self.number:04d}"

    @property
    def email(self) -> str:
        return f"calisan{self.number}@posta.example"


def employees(count: int, *, seed: int) -> list[Employee]:
    """So many people, the same ones for the same seed; the first of many are those of few."""
    return [_employee(number, random.Random(f"{seed}:{number}")) for number in range(count)]  # noqa: S311


def _employee(number: int, dice: random.Random) -> Employee:
    return Employee(
        number=number,
        given_names=dice.choice(_NAMES),
        surname=dice.choice(_SURNAMES),
        birth_date=date(1962, 1, 1) + timedelta(days=dice.randrange(14_000)),
        birth_place=dice.choice(_PLACES),
        unit=dice.choice(_UNITS),
        job_title=dice.choice(_TITLES),
        channel=dice.choices(("sms", "email", "both"), (60, 30, 10))[0],
        habits=_habits(dice),
    )


def _habits(dice: random.Random) -> Habits:
    forgetful = dice.random() < 0.12
    return Habits(
        answers_after=dice.uniform(11, 30) if forgetful else dice.lognormvariate(0.6, 0.9),
        never_answers=dice.random() < 0.04,
        form_after=dice.uniform(8, 30) if forgetful else dice.lognormvariate(0.5, 0.8),
        never_signs=dice.random() < 0.03,
        form_goes_astray=dice.random() < 0.03,
        form_is_wrong=dice.random() < 0.06,
        pays_after=dice.expovariate(1.2),
        collects_after=dice.expovariate(0.6),
        never_collects=dice.random() < 0.03,
        reads_pin_after=dice.expovariate(1.0),
        pays_alone=dice.random() < 0.22,
    )


def as_list(rows: list[tuple[Employee, str]]) -> bytes:
    """A list as an institution uploads it: each person with the kind that is asked for, in words."""
    told = [_HEADINGS, *(list(_row(employee, kind)) for employee, kind in rows)]
    return "\r\n".join(";".join(row) for row in told).encode()


_HEADINGS = ["T.C. Kimlik No", "Ad", "Soyad", "Cep Telefonu", "e-Posta", "Birim", "Unvan", "Başvuru Türü"]


def _row(employee: Employee, kind: str) -> Iterator[str]:
    yield employee.tckn
    yield employee.given_names
    yield employee.surname
    yield f"0{employee.phone[3:]}"
    yield employee.email
    yield employee.unit
    yield employee.job_title
    yield kind


def mistyped(content: bytes) -> bytes:
    """The same list as somebody types it in a hurry: in its first row the phone is a digit short."""
    headings, first, *rest = content.decode().split("\r\n")
    cells = first.split(";")
    cells[3] = cells[3][:-1]
    return "\r\n".join([headings, ";".join(cells), *rest]).encode()
