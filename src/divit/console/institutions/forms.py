"""What is typed when a change at an institution is proposed or decided."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.flows.refusals import explain
from divit.institutions import words
from divit.institutions.models import Appointment
from divit.kernel import clock
from divit.kernel.errors import Invalid
from divit.kernel.money import Money
from divit.kernel.tckn import Tckn
from divit.payments.labels import LINES
from divit.pki.profiles import HOLDER_PROFILES

Words = Any  # a text, or one that is translated when it is shown
Choices = Iterable[tuple[str, Words]]
_REQUIRED = {"required": _("Bu alanı doldurun.")}
_CHOOSE = {"required": _("Birini seçin."), "invalid_choice": _("Listeden birini seçin.")}
_A_DAY = _("Günü gün.ay.yıl olarak yazın; örneğin 31.12.2027.")


def _text(label: Words, *, longest: int, hint: Words = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs})
    errors = _REQUIRED | {"max_length": _("Bu alan çok uzun.")}
    return forms.CharField(label=label, help_text=hint, max_length=longest, error_messages=errors, widget=widget)


def _day(label: Words, *, hint: Words = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        error_messages=_REQUIRED | {"invalid": _A_DAY},
        widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"}),
    )


def _one_of(label: Words, choices: Choices, *, hint: Words = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=hint, choices=list(choices), widget=forms.RadioSelect, error_messages=_CHOOSE
    )


class AppointForm(forms.Form):
    """Who is to act for the institution, as what, from when to when."""

    tckn = _text(_("T.C. Kimlik No"), longest=20, inputmode="numeric", **{"data-width": "short"})
    given_names = _text(_("Ad"), longest=64, hint=_("Kimlikte yazdığı gibi."))
    surname = _text(_("Soyad"), longest=64)
    role = _one_of(_("Görev"), [])
    starts = _day(_("İlk gün"))
    ends = _day(
        _("Son gün"), hint=_("Yetkilinin görevi bir günde bitmelidir; öbür görevlerde boş kalabilir."), required=False
    )

    def __init__(self, *args: Any, capacities: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        role.choices = [(one, words.CAPACITIES[one]) for one in capacities]  # type: ignore[attr-defined]
        if Appointment.Capacity.OFFICER not in set(capacities):
            self.fields["ends"].help_text = _("Boş bırakırsanız görev, siz sona erdirene kadar sürer.")
        self.fields["starts"].initial = clock.today()

    def clean_tckn(self) -> Tckn:
        """A number that can be one."""
        try:
            return Tckn(self.cleaned_data["tckn"])
        except Invalid as wrong:
            raise forms.ValidationError(explain(wrong)) from wrong


class DeputyForm(forms.Form):
    """Who is to act in the officer's stead, from when to when."""

    tckn = AppointForm.base_fields["tckn"]
    given_names = AppointForm.base_fields["given_names"]
    surname = AppointForm.base_fields["surname"]
    starts = _day(_("İlk gün"))
    ends = _day(_("Son gün"))

    clean_tckn = AppointForm.clean_tckn

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends"].help_text = _("En çok {days} gün; kendi görevinizin son gününü de aşamaz.").format(
            days=most
        )
        self.fields["starts"].initial = clock.today()


class EndForm(forms.Form):
    """With which day an appointment ends."""

    ends = _day(_("Son gün"), hint=_("Bu gün de görevdedir; masası günün sonunda kapanır."))


class RuleForm(forms.Form):
    """How applications of the institution are to go from a day on."""

    valid_from = _day(_("İlk gün"), hint=_("En erken yarın; bir sonraki kurala kadar geçerli olur."))
    form_target = _one_of(_("İmzalı form nereye verilir?"), words.FORM_TARGETS.items())
    pay_gate = _one_of(_("Ücret ne zaman istenir?"), words.PAY_GATES.items())
    born_state = _one_of(_("Sertifika hangi durumda üretilir?"), words.BORN_STATES.items())
    delivery = _one_of(_("Kartlar kime gönderilir?"), words.DELIVERIES.items())
    profile = _one_of(_("Sertifika profili"), [(name, name) for name in HOLDER_PROFILES])
    wet_form = forms.BooleanField(label=_("Form mürekkeple imzalanır"), required=False, initial=True)


class ContractForm(forms.Form):
    """A contract with its prices."""

    number = _text(_("Sözleşme no"), longest=40, **{"data-width": "short"})
    starts = _day(_("İlk gün"))
    ends = _day(_("Son gün"))
    quota = forms.IntegerField(
        label=_("Kota"),
        help_text=_("Sözleşme boyunca kaç sertifika istenebilir?"),
        error_messages=_REQUIRED | {"invalid": _("Bir sayı yazın.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"}),
    )
    years = _one_of(_("Sertifika süresi"), [(str(one), LINES[f"nes-{one}y"]) for one in (1, 2, 3)])
    reader = _one_of(_("Kart okuyucu"), words.READERS.items())

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [code for code in LINES if code in set(codes)]
        for code in self.codes:
            label: Words = LINES[code]
            self.fields[code] = forms.DecimalField(
                label=label,
                required=False,
                max_digits=9,
                decimal_places=2,
                localize=True,
                error_messages=dict.fromkeys(
                    ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"),
                    _("Tutarı kuruşlarıyla yazın; örneğin 150,00."),
                ),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-width": "short"}),
            )

    @property
    def price_fields(self) -> list[forms.BoundField]:
        """The fields of the prices, for the template."""
        return [self[code] for code in self.codes]

    @property
    def wanted(self) -> dict[str, Any]:
        """As the flow takes it: prices that were left empty are those of the list."""
        said = self.cleaned_data
        prices = {code: Money.lira(said[code]) for code in self.codes if said[code] is not None}
        plain = {name: said[name] for name in ("number", "starts", "ends", "quota", "reader")}
        return {**plain, "years": int(said["years"]), "prices": prices}


class RefusalForm(forms.Form):
    """Why a proposal is refused."""

    reason = forms.CharField(
        label=_("Gerekçe"),
        help_text=_("Öneren kişi bu metni aynen okur."),
        max_length=300,
        error_messages=_REQUIRED | {"max_length": _("En çok 300 karakter yazın.")},
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
