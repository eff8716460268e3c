"""Somebody who is named before the first login by one word of an institution or of staff, and not by a list."""

from django.db import transaction

from divit.identity import selectors, services
from divit.identity.models import Person
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid
from divit.kernel.tckn import Tckn
from divit.kernel.turkish import tr_fold


@transaction.atomic
def name_person(*, tckn: Tckn, given_names: str, surname: str, by: Actor) -> Person:
    """The person with this number, made when nobody knew them; their login will say how the names are written.

    Raises `Invalid("name_invalid")`, and `Invalid("person_named_otherwise")` when the number is somebody's with another
    name: the right name is not told.
    """
    try:
        known, fresh = services.name([services.Named(tckn=tckn, given_names=given_names, surname=surname)])
    except Invalid:
        raise Invalid("name_invalid", field="given_names") from None
    person = selectors.person(known[str(tckn)])
    if person.search_key != tr_fold(" ".join(f"{given_names} {surname}".split())):
        raise Invalid("person_named_otherwise", field="tckn")
    services.record_named(fresh, by=by)
    return person
