"""Reading who is who."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from divit.identity.models import LoginEvent, Person, StaffAccount
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.kernel.turkish import tr_fold

_TRIPLE = 3


def person(person_id: UUID | str) -> Person:
    """The person with this id; raises `NotFound`."""
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise NotFound
    return found


def person_by_tckn(tckn: Tckn) -> Person | None:
    """The person with this national number, if Divit knows one."""
    return Person.objects.filter(tckn=str(tckn)).first()


def ids_by_tckn(tcknlar: Iterable[str]) -> dict[str, UUID]:
    """The ids of those of these national numbers that Divit knows."""
    found = Person.objects.filter(tckn__in=list(tcknlar)).order_by("tckn")
    return dict(found.values_list("tckn", "id"))


def persons(person_ids: Iterable[UUID | str]) -> list[Person]:
    """The persons with these ids, by name."""
    return list(Person.objects.filter(pk__in=list(person_ids)).order_by("search_key", "id"))


def people_by_phone(phone: Phone) -> QuerySet[Person]:
    """Everybody who is reached by this number."""
    return Person.objects.filter(phone=str(phone)).order_by("search_key", "id")


def people_by_email(email: str) -> QuerySet[Person]:
    """Everybody who is reached at this mailbox, however it was typed."""
    return Person.objects.filter(email__iexact=email).order_by("search_key", "id")


def search(text: str) -> QuerySet[Person]:
    """People in whose name every word of `text` stands, with or without Turkish marks; nothing for a blank text.

    Three letters or more may stand anywhere in the name, fewer begin a word of it: the index of letter triples finds
    both.
    """
    words = tr_fold(text).split()
    found = Person.objects.order_by("search_key", "id")
    if not words:
        return found.none()
    for word in words:
        found = found.filter(_stands_in_name(word))
    return found


def _stands_in_name(word: str) -> Q:
    if len(word) >= _TRIPLE:
        return Q(search_key__contains=word)
    return Q(search_key__startswith=word) | Q(search_key__contains=f" {word}")


def logins_of(person_id: UUID | str, *, limit: int = 50) -> list[LoginEvent]:
    """A person's latest logins, newest first."""
    return list(LoginEvent.objects.filter(person_id=person_id).order_by("-at")[:limit])


def staff_account(account_id: int) -> StaffAccount:
    """A staff account; raises `NotFound`."""
    found = StaffAccount.objects.filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def staff_names(account_ids: Iterable[str]) -> dict[str, str]:
    """Names of staff accounts by their ids, as the ledger writes them; what is no such id is passed over."""
    wanted = {int(one) for one in account_ids if one.isdecimal() and one.isascii()}
    return {str(pk): name for pk, name in StaffAccount.objects.filter(pk__in=wanted).values_list("pk", "name")}


def staff_by_email(email: str) -> StaffAccount:
    """The staff account with this address; raises `NotFound`."""
    found = StaffAccount.objects.filter(email__iexact=email).first()
    if found is None:
        raise NotFound
    return found


def staff_at_desk(desk: Role) -> list[StaffAccount]:
    """Whoever has this desk and may still come in, in one order always."""
    return list(StaffAccount.objects.filter(is_active=True, desks__contains=[str(desk)]).order_by("pk"))
