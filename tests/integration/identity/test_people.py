"""Persons: recognised once, found by name, their contact data changed with a trace."""

import threading

import pytest
from django.db import connection, transaction

from divit.audit import selectors as audit
from divit.identity import selectors, services
from divit.identity.models import Person
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.phone import Phone
from tests.factories import people


@pytest.mark.django_db
class TestRecognised:
    """What a login makes of somebody."""

    def test_twice_is_one_person(self) -> None:
        assert people.person().pk == people.person().pk

    @pytest.mark.parametrize("typed", ["oğut", "OGUT isil", "ışıl ayşe", "Öğüt"])
    def test_found_with_and_without_turkish_marks(self, typed: str) -> None:
        people.person()
        people.person(people.OMER, given_names="Ömer", surname="Çağlı")
        assert [found.surname for found in selectors.search(typed)] == ["Öğüt"]

    @pytest.mark.parametrize("typed", ["", "   ", "yok"])
    def test_nothing_finds_nobody(self, typed: str) -> None:
        people.person()
        assert not selectors.search(typed)

    @pytest.mark.parametrize("name", ["", "x" * 65, "Ali\x00", "<b>Ali</b>", "Ali\u202e", "A1i", "=1+1", "Ali\nVeli;"])
    def test_a_hostile_name_is_refused(self, name: str) -> None:
        with pytest.raises(Invalid, match="login_name_invalid"):
            people.person(given_names=name)
        assert not Person.objects.exists()

    @pytest.mark.parametrize("name", ["Ümit Can", "Fatma-Nur", "N'Diaye", "Şükrü", "İ."])
    def test_real_names_are_kept(self, name: str) -> None:
        assert people.person(given_names=name).given_names == name

    def test_an_unknown_id_is_nobody(self) -> None:
        with pytest.raises(NotFound):
            selectors.person("00000000-0000-0000-0000-000000000000")


@pytest.mark.django_db
class TestContact:
    """Phone, mailbox, channel."""

    def test_a_new_number_counts_as_unproven(self) -> None:
        someone = people.reachable(people.person())
        assert someone.phone_proven_at is not None
        changed = services.change_contact(
            someone, email=someone.email, phone=Phone("0505 765 43 21"), channel="sms", by=people.actor_of(someone)
        )
        assert changed.phone_proven_at is None
        newest = audit.entries_about(str(someone.pk))[0]
        assert (newest.act, newest.facts) == ("person.contact_changed", {"fields": ["channel", "phone"]})
        assert "765" not in str(newest)

    def test_a_number_that_replaces_a_proven_one_is_marked(self) -> None:
        someone = people.reachable(people.person())
        by = people.actor_of(someone)
        assert someone.phone_replaced_at is None
        again = services.confirm_phone(someone, phone=Phone(someone.phone), by=by)
        assert again.phone_replaced_at is None
        assert services.confirm_phone(again, phone=Phone("0505 765 43 21"), by=by).phone_replaced_at is not None

    def test_a_first_number_is_not(self) -> None:
        someone = people.person()
        by = people.actor_of(someone)
        first = services.confirm_phone(someone, phone=Phone("0505 765 43 21"), by=by)
        assert (first.phone_proven_at is not None, first.phone_replaced_at) == (True, None)

    def test_nothing_changed_leaves_no_trace(self) -> None:
        someone = people.reachable(people.person())
        before = len(audit.entries_about(str(someone.pk)))
        services.change_contact(
            someone, email=someone.email, phone=Phone(someone.phone), channel="both", by=people.actor_of(someone)
        )
        assert len(audit.entries_about(str(someone.pk))) == before

    def test_an_unknown_channel_is_refused(self) -> None:
        someone = people.person()
        with pytest.raises(Invalid, match="channel_unknown"):
            services.change_contact(someone, email="", phone=None, channel="pigeon", by=SYSTEM)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_eight_browsers_of_a_new_person_come_back_at_once() -> None:
    barrier = threading.Barrier(8)
    found: list[object] = []

    def arrive() -> None:
        barrier.wait()
        try:
            with transaction.atomic():
                found.append(services.recognise(people.identity(), by=SYSTEM).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_state_is_spent_once_by_however_many() -> None:
    services.open_attempt(state="s", code_verifier="v", onward="/")
    barrier = threading.Barrier(8)
    outcome: list[str] = []

    def spend() -> None:
        barrier.wait()
        try:
            services.spend_attempt("s")
            outcome.append("spent")
        except Refused as problem:
            outcome.append(problem.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["login_state_used"] * 7 + ["spent"]
