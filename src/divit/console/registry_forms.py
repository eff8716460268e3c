"""What the registry desk chooses and types."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.certificates import past_status, reading
from divit.certificates.past_status_asking import TIME_FORMATS, read_instant, read_serial
from divit.console import labels
from divit.flows.leavers import LONGEST_REASON
from divit.flows.refusals import explain
from divit.flows.registry_reports import Report
from divit.kernel.errors import Invalid
from divit.kernel.serials import Serial

_REQUIRED = {"required": _("Bu alanı doldurun.")}
_SHORT = {"autocomplete": "off", "data-width": "short"}


class PurposeForm(forms.Form):
    """Why a person's file is opened."""

    neden = forms.ChoiceField(
        label=_("Bu kişinin dosyasına neden bakıyorsunuz?"),
        help_text=_("Seçtiğiniz neden deftere yazılır; kişi «Verilerime kim baktı?» sayfasında okur."),
        choices=labels.PURPOSES.items,
        widget=forms.RadioSelect,
        error_messages={"required": _("Listeden birini seçin."), "invalid_choice": _("Listeden birini seçin.")},
    )


class PastStatusForm(PurposeForm):
    """Which certificate, at which past instant, and why one asks."""

    issuer = forms.ChoiceField(label=_("Yayımcı"), widget=forms.Select(attrs={"lang": "tr"}))
    serial = forms.CharField(
        label=_("Sertifika Seri No"),
        max_length=100,
        error_messages=_REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    day = forms.DateField(
        label=_("Gün"),
        help_text=_("Örneğin 23.04.2026"),
        error_messages=_REQUIRED | {"invalid": _("Günü gün.ay.yıl olarak yazın; örneğin 23.04.2026.")},
        widget=forms.DateInput(attrs=_SHORT | {"inputmode": "numeric"}),
    )
    time = forms.TimeField(
        label=_("Saat"),
        help_text=_("Türkiye saatiyle, örneğin 14:30 ya da saniyesiyle 14:30:05"),
        input_formats=TIME_FORMATS,
        error_messages=_REQUIRED | {"invalid": _("Saati saat:dakika olarak yazın; örneğin 14:30 ya da 14:30:05.")},
        widget=forms.TimeInput(attrs=_SHORT),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["neden"].label = _("Neden soruyorsunuz?")
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

    @property
    def instant(self) -> datetime:
        """Of a valid form."""
        return read_instant(self.cleaned_data["day"], self.cleaned_data["time"])


class AskForm(forms.Form):
    """Why a suspended certificate should be opened again."""

    reason = forms.CharField(
        label=_("Gerekçe"),
        help_text=_(
            "Onaylanırsa sertifikanın sahibi bu metni aynen okur. Örnek: Kurum yanlışlıkla askıya aldı, yazısı geldi. "
            "T.C. kimlik numarası yazmayın."
        ),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    """Why a colleague's wish is declined."""

    reason = forms.CharField(
        label=_("Neden onaylamıyorsunuz?"),
        help_text=_("İsteği yapan görevli okur. T.C. kimlik numarası yazmayın."),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SettleForm(forms.Form):
    """What came of a finding."""

    said = forms.CharField(
        label=_("Ne oldu?"),
        help_text=_("Örnek: Kart bozuk olarak işaretlendi, yenisi üretiliyor. T.C. kimlik numarası yazmayın."),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReportForm(forms.Form):
    """What a list is narrowed to: it stands in the address, so everything is chosen and nothing typed."""

    gun = forms.TypedChoiceField(
        label=_("Kaç gün içinde"),
        choices=[(str(days), str(days)) for days in (15, 30, 60, 90, 180)],
        coerce=int,
        required=False,
        initial="30",
    )
    kosul = forms.ChoiceField(
        label=_("Neyi bekliyor"), choices=lambda: [("", _("Hepsi")), *labels.REQUIREMENTS.items()], required=False
    )
    kurum = forms.UUIDField(widget=forms.HiddenInput, required=False)  # chosen where the institution's figures stand

    def __init__(self, *args: object, report: Report, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if report is not Report.ENDING:
            del self.fields["gun"]
        if report is not Report.WAITING:
            del self.fields["kosul"]
