"""Who acts: every write in Divit names one of these."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """In which capacity somebody acts."""

    HOLDER = "holder"  # sertifika sahibi
    REPRESENTATIVE = "representative"  # e-imza temsilcisi
    OFFICER = "officer"  # kurum yetkilisi
    VIEWER = "viewer"  # görüntüleyici: reads for an institution
    PROGRAM = "program"  # program: software that reads and asks for an institution, and approves nothing
    LIAISON = "liaison"  # kurum masası
    REGISTRAR = "registrar"  # kayıt masası
    PRODUCER = "producer"  # üretim
    INSPECTOR = "inspector"  # kalite kontrol
    DISPATCHER = "dispatcher"  # sevkiyat
    AUDITOR = "auditor"  # denetim
    COURIER = "courier"  # kurye
    BANK = "bank"
    VISITOR = "visitor"  # not logged in
    STAFF = "staff"  # çalışan: a member of staff at the door, in no desk's role
    SYSTEM = "system"  # the clock and the workers


class Level(IntEnum):
    """How strongly the login proved who somebody is (after eIDAS: low, substantial, high)."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody acting in one role; `id` is an opaque public id, never a personal number.

    `deputises_for`: the opaque id of the officer in whose stead an officer acts; empty for whoever acts in their own.
    """

    role: Role
    id: str
    name: str = ""
    level: Level = Level.LOW
    institution_id: str | None = None
    session: str = ""
    deputises_for: str = ""

    def __str__(self) -> str:
        return f"{self.role}:{self.id}"


SYSTEM = Actor(role=Role.SYSTEM, id="system", name="Divit", level=Level.HIGH)
