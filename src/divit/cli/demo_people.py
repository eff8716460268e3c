"""The people of the demo: invented, with numbers from the range that is kept for synthetic people."""

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from divit.kernel.actors import Role


def synthetic_tckn(number: int) -> str:
    """The T.C. kimlik no that begins with 1000000 and goes on with `number` (0–99), check digits added."""
    digits = [int(digit) for digit in f"1000000{number:02d}"]
    tenth = (sum(digits[0::2]) * 7 - sum(digits[1::2])) % 10
    return "".join(map(str, [*digits, tenth, (sum(digits) + tenth) % 10]))


INSTITUTION = "T.C. Milli Eğitim Bakanlığı"
# Its cards travel together to its representative.
TOGETHER = "T.C. Ulaştırma ve Altyapı Bakanlığı"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who logs in through e-Devlet; `number` makes their T.C. kimlik no and phone."""

    number: int
    given_names: str
    surname: str
    birth_date: str
    birth_place: str
    role: str
    role_en: str
    appointment: str = ""
    certificate_days: int = 0
    institution: str = INSTITUTION

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surname}"

    @property
    def tckn(self) -> str:
        return synthetic_tckn(self.number)

    @property
    def phone(self) -> str:
        return f"+905550001{self.number:03d}"

    @property
    def email(self) -> str:
        return f"kisi{self.number}@posta.example"

    @property
    def password(self) -> str:
        return f"deneme-{self.number}"

    def as_neighbours_know(self) -> dict[str, str]:
        """For the simulated e-Devlet, operator and mail server."""
        return {
            "tckn": self.tckn,
            "given_names": self.given_names,
            "surname": self.surname,
            "birth_date": self.birth_date,
            "birth_place": self.birth_place,
            "phone": self.phone,
            "email": self.email,
            "edevlet_password": self.password,
        }


@dataclass(frozen=True)
class DemoStaff:
    """An account of the centre."""

    email: str
    name: str
    desks: tuple[Role, ...]


DENIZ = DemoPerson(1, "Deniz", "Örnek", "1988-03-14", "Erzincan", "geçerli sertifikası var", "has a valid certificate",
                   certificate_days=3 * 365)  # fmt: skip
ILGAZ = DemoPerson(2, "Ilgaz", "Deneme", "1979-11-02", "Iğdır", "sertifikasının süresi dolmak üzere",
                   "certificate nears its end", certificate_days=40)  # fmt: skip
CAGLA = DemoPerson(3, "Çağla Işıl", "Sınama", "1995-06-30", "Şanlıurfa", "sertifikası yok", "no certificate yet")
OZGUR = DemoPerson(4, "Özgür", "Temsil", "1983-01-21", "Muğla", "e-imza temsilcisi", "e-signature representative",
                   appointment="representative")  # fmt: skip
SULE = DemoPerson(5, "Şule", "Yetkin", "1975-09-09", "Kütahya", "kurum yetkilisi", "officer of the institution",
                  appointment="officer")  # fmt: skip
LEVENT = DemoPerson(6, "Levent", "Liste", "1981-04-23", "Çankırı", "yetkili (kartları toplu giden kurum)",
                    "officer (cards sent together)", appointment="officer", institution=TOGETHER)  # fmt: skip
NILGUN = DemoPerson(7, "Nilgün", "Onay", "1978-12-05", "Isparta", "aynı kurumun öteki yetkilisi",
                    "the other officer there", appointment="officer", institution=TOGETHER)  # fmt: skip
RUZGAR = DemoPerson(8, "Rüzgâr", "Teslim", "1990-08-30", "Şırnak", "aynı kurumun e-imza temsilcisi",
                    "representative there", appointment="representative", institution=TOGETHER)  # fmt: skip
PEOPLE = (DENIZ, ILGAZ, CAGLA, OZGUR, SULE, LEVENT, NILGUN, RUZGAR)

REGISTRAR = DemoStaff("kayit@divit.example", "Kadriye Kayıt", (Role.REGISTRAR,))
LIAISON = DemoStaff("kurum@divit.example", "Kudret Kurum", (Role.LIAISON,))
LIAISON_TOO = DemoStaff("kurum2@divit.example", "Kumru Kurum", (Role.LIAISON,))
PRODUCER = DemoStaff("uretim@divit.example", "Üzeyir Üretim", (Role.PRODUCER,))
INSPECTOR = DemoStaff("kontrol@divit.example", "Kerime Kontrol", (Role.INSPECTOR,))
DISPATCHER = DemoStaff("sevkiyat@divit.example", "Sevda Sevkiyat", (Role.DISPATCHER,))
AUDITOR = DemoStaff("defter@divit.example", "Defne Defter", (Role.AUDITOR,))
STAFF = (REGISTRAR, LIAISON, LIAISON_TOO, PRODUCER, INSPECTOR, DISPATCHER, AUDITOR)

# As the pages call them (tested): whoever is introduced must find the desk under that name.
_DESKS = {
    Role.REGISTRAR: "Kayıt masası · Registry desk",
    Role.LIAISON: "Kurum masası · Institutions desk",
    Role.PRODUCER: "Üretim masası · Production desk",
    Role.INSPECTOR: "Denetim masası · Inspection desk",
    Role.DISPATCHER: "Sevkiyat masası · Dispatch desk",
    Role.AUDITOR: "Defter masası · Ledger desk",
}


def introduce(*, public_url: str, world_url: str) -> None:
    """Say who may log in, with what, and where the codes that they are sent can be read."""
    table = _table("Deneme kişileri · Demo people", "Ad", "e-Devlet: T.C. kimlik no", "şifre", "rol · role")
    for person in PEOPLE:
        table.add_row(person.name, person.tckn, person.password, f"{person.role} · {person.role_en}")
    staff = _table(f"Masalar · Desks: {public_url}/masa/", "E-posta", "Ad", "masa · desk")
    for account in STAFF:
        staff.add_row(account.email, account.name, ", ".join(_DESKS.get(role, str(role)) for role in account.desks))
    # A table that is wrapped cannot be copied from; where the terminal is narrower, it wraps by itself.
    console = Console(width=None if Console().is_terminal else 110, highlight=False)
    console.print(table, staff)
    console.print(
        f"  SMS, e-posta · mail: {world_url}/inbox/    Doğrulayıcı · authenticator: {world_url}/authenticator/"
    )


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=True)
    for heading in headings:
        table.add_column(heading)
    return table
