"""What is asked of a past instant: when, and by strangers about which number of which authority."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.certificates import past_status, reading
from divit.certificates.past_status_asking import TIME_FORMATS, read_instant, read_serial
from divit.kernel import clock
from divit.kernel.errors import Invalid
from divit.kernel.serials import Serial
from divit.portal.payments.proof_of_work import ProofField, ProofWidget
from divit.portal.refusals import explain

_TYPED = {"autocomplete": "off", "data-width": "short"}


class InstantForm(forms.Form):
    """A day and a time of day in Türkiye."""

    day = forms.DateField(
        label=_("Gün"),
        help_text=_("Örneğin 23.04.2026"),
        error_messages={
            "required": _("Sormak istediğiniz günü yazın."),
            "invalid": _("Günü gün.ay.yıl olarak yazın; örneğin 23.04.2026."),
        },
        widget=forms.DateInput(attrs={**_TYPED, "inputmode": "numeric"}),
    )
    time = forms.TimeField(
        label=_("Saat"),
        help_text=_("Türkiye saatiyle, örneğin 14:30 ya da saniyesiyle 14:30:05"),
        input_formats=TIME_FORMATS,
        error_messages={
            "required": _("Sormak istediğiniz saati yazın."),
            "invalid": _("Saati saat:dakika olarak yazın; örneğin 14:30 ya da 14:30:05."),
        },
        widget=forms.TimeInput(attrs=_TYPED),
    )

    def clean_day(self) -> date:
        """A day in a time in which there were certificates of ours."""
        day: date = self.cleaned_data["day"]
        if not date(2004, 1, 1) <= day <= date(clock.today().year + 50, 1, 1):
            raise forms.ValidationError(_("Günü denetleyin."))
        return day

    @property
    def instant(self) -> datetime:
        """Of a valid form."""
        return read_instant(self.cleaned_data["day"], self.cleaned_data["time"])


class _QuietProof(ProofWidget):
    """Without script the question is asked without a proof, and granted less often."""

    template_name = "portal/certificates/parts/proof_of_work.html"


class _Proof(ProofField):
    widget = _QuietProof


class AnybodyForm(InstantForm):
    """Of a certificate that somebody holds in their hands."""

    issuer = forms.ChoiceField(
        label=_("Yayımcı"),
        help_text=_("Sertifikanın «Issuer / Yayımcı» alanında yazar."),
        widget=forms.Select(attrs={"lang": "tr"}),  # the authorities' names
    )
    serial = forms.CharField(
        label=_("Sertifika Seri No"),
        help_text=_("Sertifikada yazdığı gibi; araya boşluk ya da iki nokta koyabilirsiniz."),
        max_length=100,
        error_messages={"required": _("Sertifikanın seri numarasını yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proof = _Proof(required=False)
    field_order = ("issuer", "serial", "day", "time", "proof")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issuer"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), reading.common_name_of(bytes(one.certificate))) for one in past_status.issuers()
        ]

    def clean_serial(self) -> Serial:
        """A number that can be one."""
        try:
            return read_serial(self.cleaned_data["serial"])
        except Invalid as wrong:
            raise forms.ValidationError(explain(wrong)) from wrong

    @property
    def issuer_id(self) -> UUID:
        """Of a valid form."""
        return UUID(self.cleaned_data["issuer"])
