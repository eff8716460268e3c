"""What is typed, scanned or uploaded at a form desk."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from divit.console.intake.wording import SCAN_PURPOSES
from divit.scans.limits import MOST_AT_ONCE, MOST_FILES


class ScanForm(forms.Form):
    """One field that always has the focus; a scanner types into it and ends with Enter."""

    scanned = forms.CharField(
        label=_("Formu okutun"),
        help_text=_("QR kodunu ya da barkodu okutun; okuyucunuz yoksa başvuru numarasını yazıp Enter'a basın."),
        required=False,
        strip=True,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "autocapitalize": "characters",
                "autofocus": True,
                "aria-describedby": "id_scanned_helptext intake-said",
            }
        ),
    )


class _Files(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file that was chosen."""
        return [super(_FilesField, self).clean(one, initial) for one in data or [None]]


class ScansForm(forms.Form):
    """Files with scanned forms."""

    scans = _FilesField(
        label=_("Tarama dosyaları"),
        help_text=format_lazy(
            _(
                "PDF, JPEG, PNG ya da TIFF. Bir dosyada çok sayfa olabilir; bir kerede en çok {files} dosya, "
                "{megabytes} MB."
            ),
            files=MOST_FILES,
            megabytes=MOST_AT_ONCE // 1_000_000,
        ),
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": _("En az bir dosya seçin.")},
        widget=_Files(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.tif,.tiff"}),
    )


class ReferenceForm(forms.Form):
    """The number on a page whose code could not be read."""

    reference = forms.CharField(
        label=_("Resimdeki başvuru numarası"),
        help_text=_("Barkodun altında yazar. Örnek: D7K3-M9Q2PA"),
        max_length=40,
        error_messages={
            "required": _("Resimde gördüğünüz numarayı yazın."),
            "max_length": _("Başvuru numarası 10 karakterdir."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class ScanPurposeForm(forms.Form):
    """Why the kept scan of somebody's form is looked at."""

    neden = forms.ChoiceField(
        label=_("Bu kişinin imzalı formuna neden bakıyorsunuz?"),
        help_text=_("Seçtiğiniz neden deftere yazılır; kişi «Verilerime kim baktı?» sayfasında okur."),
        choices=SCAN_PURPOSES.items,
        widget=forms.RadioSelect,
        error_messages={"required": _("Listeden birini seçin."), "invalid_choice": _("Listeden birini seçin.")},
    )
