"""A person with a phone, and an SMS operator and a mail server that note what they are given."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from divit.identity.models import Person
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NeighbourFailed
from divit.kernel.phone import Phone


@dataclass
class Operator:
    """Both gateways' ports at once; `failing` says which failure the next sendings meet."""

    sms: list[tuple[str, str, str]] = field(default_factory=list)
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    failing: NeighbourFailed | None = None

    def send(self, *, to: str, text: str, message_id: str, subject: str | None = None) -> None:
        if self.failing:
            raise self.failing
        (self.sms if subject is None else self.mails).append((to, text, message_id))


@pytest.fixture
def operator() -> Operator:
    return Operator()


PHONE = Phone("0505 123 45 67")


@pytest.fixture
def make_person() -> Callable[..., Person]:
    def make(tckn: str = "10000000146", **more: object) -> Person:
        given = {"given_names": "Ayşe Işıl", "surname": "Öğüt", "birth_place": "Şişli", "email": "ayse@posta.example"}
        return Person.objects.create(tckn=tckn, phone=str(PHONE), **{**given, **more})

    return make


@pytest.fixture
def actor_of() -> Callable[[Person], Actor]:
    return lambda person: Actor(role=Role.HOLDER, id=str(person.id), session="session-1")
