"""The one field of the code page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """Six digits; what they are worth is judged by the flow."""

    code = forms.CharField(
        label=_("Doğrulama kodu"),
        max_length=40,
        error_messages={"required": _("Telefonunuza gelen 6 rakamlı kodu yazın.")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "data-width": "code",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
