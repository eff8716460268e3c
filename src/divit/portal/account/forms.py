"""Forms about one's own data."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ContactForm(forms.Form):
    """How the person wants to hear from us."""

    email = forms.EmailField(
        label=_("e-Posta"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("e-Posta adresinizi yazın."),
            "invalid": _("e-Posta adresini ad@kurum.gov.tr biçiminde yazın."),
        },
    )
    channel = forms.ChoiceField(
        label=_("Bilgi Kanalı"),
        help_text=_("Her adımda buradan haber veririz."),
        choices=[("sms", _("SMS")), ("email", _("e-Posta")), ("both", _("Her İkisi"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Bilgi kanalını seçin: SMS, e-posta veya her ikisi.")},
    )
