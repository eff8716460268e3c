"""Who am I: a program asks what it is let in for."""

from ninja import Router

from divit.api.door import Call
from divit.api.operations.routes import reads
from divit.api.shapes import Institution, Itself

router = Router(tags=["Bağlantı · Connection"])


@reads(router, "/self", scope=None, answer=Itself, summary="Programın kendisi · The program itself")
def who_am_i(request: Call) -> Itself:
    """Belirtecin kime ait olduğu ve neye yaradığı.
    · Whose token it is, and what it opens."""
    program = request.program
    return Itself(
        client_id=program.pk,
        name=program.name,
        institution=Institution(id=program.institution_id, name=program.institution.name),
        scopes=sorted(request.scopes),
        ends=program.ends,
    )
