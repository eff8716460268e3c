"""What is typed or scanned at the pile."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
