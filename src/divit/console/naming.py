"""The names of those who acted, as colleagues know them."""

from django.utils.translation import gettext as _

from divit.identity import selectors as identity
from divit.institutions.words import IN_STEAD_OF
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound


def who(actor: str, *, deputising_for: str = "") -> str:
    """The name behind «role:id», as colleagues know it; with an opaque id also in whose stead."""
    if deputising_for:
        whom = who(f"{Role.OFFICER}:{deputising_for}")
        return f"{who(actor)} ({IN_STEAD_OF.format(name=whom)})"
    role, _colon, name = actor.partition(":")
    try:
        if role == Role.LIAISON:
            return _("%(name)s (sertifika merkezi)") % {"name": identity.staff_account(int(name)).name}
        if role == Role.OFFICER:
            return identity.person(name).name
    except (NotFound, ValueError):
        pass
    return "Divit"
