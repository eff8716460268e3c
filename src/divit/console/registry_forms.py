"""What the registry desk chooses and types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.console import labels
from divit.flows.leavers import LONGEST_REASON
from divit.flows.registry_reports import Report

_REQUIRED = {"required": _("Bu alanı doldurun.")}


class PurposeForm(forms.Form):
    """Why a person's file is opened."""

    neden = forms.ChoiceField(
        label=_("Bu kişinin dosyasına neden bakıyorsunuz?"),
        help_text=_("Seçtiğiniz neden deftere yazılır; kişi «Verilerime kim baktı?» sayfasında okur."),
        choices=labels.PURPOSES.items,
        widget=forms.RadioSelect,
        error_messages={"required": _("Listeden birini seçin."), "invalid_choice": _("Listeden birini seçin.")},
    )


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
