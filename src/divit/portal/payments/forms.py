"""The three ways of asking for a debt."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.applications.reference import read_reference
from divit.kernel import clock
from divit.kernel.errors import Invalid
from divit.kernel.tckn import Tckn, Vkn
from divit.portal.payments.proof_of_work import ProofField
from divit.portal.refusals import explain

Read = TypeVar("Read")


def _read(reader: Callable[[str], Read], text: str) -> Read:
    try:
        return reader(text)
    except Invalid as wrong:
        raise forms.ValidationError(explain(wrong)) from wrong


def _digits(label: Any, *, longest: int) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"})
    return forms.CharField(label=label, max_length=longest, widget=widget)


def _reference(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-width": "short", "spellcheck": "false"}),
    )


class BirthForm(forms.Form):
    """Gerçek kişi: T.C. kimlik no, place and date of birth."""

    tckn = _digits(_("T.C. Kimlik No"), longest=20)
    birth_place = forms.CharField(label=_("Doğum Yeri"), help_text=_("Kimliğinizde yazdığı gibi."), max_length=64)
    birth_date = forms.DateField(
        label=_("Doğum Tarihi"),
        help_text=_("Örneğin 23.04.1986"),
        error_messages={"invalid": _("Doğum tarihini gün.ay.yıl olarak yazın; örneğin 23.04.1986.")},
        widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"}),
    )
    proof = ProofField()

    def clean_tckn(self) -> Tckn:
        """A number that can be one."""
        return _read(Tckn, self.cleaned_data["tckn"])

    def clean_birth_date(self) -> date:
        """A day that somebody living can be born on."""
        born: date = self.cleaned_data["birth_date"]
        if not date(1900, 1, 1) <= born <= clock.today():
            raise forms.ValidationError(_("Doğum tarihini kontrol edin."))
        return born


class ReferenceForm(forms.Form):
    """Gerçek kişi: the application's reference and T.C. kimlik no."""

    reference = _reference(_("Başvuru numarası"), _("Formunuzun üstünde ve size gelen mesajlarda yazar."))
    tckn = _digits(_("T.C. Kimlik No"), longest=20)

    def clean_reference(self) -> str:
        """As Divit writes it."""
        return _read(read_reference, self.cleaned_data["reference"])

    def clean_tckn(self) -> Tckn:
        """A number that can be one."""
        return _read(Tckn, self.cleaned_data["tckn"])


class InstitutionForm(forms.Form):
    """Tüzel kişi: vergi kimlik no, and the number of an application or of a statement."""

    vkn = _digits(_("Vergi Kimlik No"), longest=20)
    reference = _reference(
        _("Başvuru ya da hesap özeti numarası"), _("Başvuru formunun ya da aylık hesap özetinin üstünde yazar.")
    )

    def clean_vkn(self) -> Vkn:
        """A number that can be one."""
        return _read(Vkn, self.cleaned_data["vkn"])

    def clean_reference(self) -> str:
        """As Divit writes it."""
        return _read(read_reference, self.cleaned_data["reference"])
