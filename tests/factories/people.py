"""Synthetic people, and a browser in which one of them is logged in."""

from dataclasses import asdict
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.test import Client

from divit.identity import services
from divit.identity.models import Person
from divit.identity.ports import Identity
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.portal.sessions import Login

AYSE = Tckn("10000000146")
OMER = Tckn("11111111110")


def identity(
    tckn: Tckn = AYSE, *, given_names: str = "Ayşe Işıl", surname: str = "Öğüt", level: Level = Level.LOW
) -> Identity:
    """What a login gateway says of somebody."""
    return Identity(
        tckn=tckn,
        given_names=given_names,
        surname=surname,
        method="password" if level == Level.LOW else "id_card",
        level=level,
        birth_date=date(1986, 4, 23),
        birth_place="Şişli",
        raw_sha256="0" * 64,
    )


def person(tckn: Tckn = AYSE, *, given_names: str = "Ayşe Işıl", surname: str = "Öğüt") -> Person:
    """Somebody who has logged in once."""
    with transaction.atomic():
        return services.recognise(identity(tckn, given_names=given_names, surname=surname), by=SYSTEM)


def reachable(someone: Person, *, channel: services.Channel = "both") -> Person:
    """The same with a proven phone and a mailbox."""
    phone = Phone("0505 123 45 67")
    services.confirm_phone(someone, phone=phone, by=SYSTEM)
    return services.change_contact(someone, email="ayse@divit.example", phone=phone, channel=channel, by=SYSTEM)


def actor_of(someone: Person, *, level: Level = Level.LOW, session: str = "session-1") -> Actor:
    """The person acting for themselves."""
    now = clock.now().isoformat()
    return _login(someone, level=level, session=session, at=now).actor(someone.name)


def log_in(
    client: Client,
    someone: Person,
    *,
    level: Level = Level.LOW,
    session: str = "session-1",
    ago: timedelta = timedelta(),
) -> Client:
    """The client as the browser of somebody who logged in a while ago and has just looked at a page."""
    login = _login(someone, level=level, session=session, at=(clock.now() - ago).isoformat())
    kept = client.session
    kept["login"] = asdict(login)
    kept.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = kept.session_key
    return client


def _login(someone: Person, *, level: Level, session: str, at: str) -> Login:
    method = "password" if level == Level.LOW else "id_card"
    return Login(
        person_id=str(someone.pk),
        session=session,
        method=method,
        level=int(level),
        at=at,
        began=at,
        seen=clock.now().isoformat(),
    )
