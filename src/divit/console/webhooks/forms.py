"""What is typed about an address of an institution's program."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.webhooks import words
from divit.webhooks.addresses import LONGEST
from divit.webhooks.services import LONGEST_NAME

_REQUIRED = {"required": _("Bu alanı doldurun.")}
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
SPANS = {
    "hour": (_("Son bir saat"), timedelta(hours=1)),
    "day": (_("Son bir gün"), timedelta(days=1)),
    "three_days": (_("Son üç gün"), timedelta(days=3)),
    "week": (_("Son yedi gün"), timedelta(days=7)),
    # A minute less than is kept: what is asked for takes a moment to arrive.
    "all": (_("Saklanan her şey (son otuz gün)"), timedelta(days=30) - timedelta(minutes=1)),
}


class WebhookForm(forms.Form):
    """A new address."""

    name = forms.CharField(
        label=_("Ad"),
        help_text=_("Listede ve yazışmalarda bu adla anılır; örneğin Personel sistemi."),
        max_length=LONGEST_NAME,
        error_messages=_REQUIRED | {"max_length": _("En çok 60 karakter yazın.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    url = forms.CharField(
        label=_("Adres"),
        help_text=_("Yazılım ekibinizin verdiği, https:// ile başlayan adres."),
        max_length=LONGEST,
        error_messages=_REQUIRED | {"max_length": _("En çok 500 karakter yazın.")},
        widget=forms.URLInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    topics = forms.MultipleChoiceField(
        label=_("Neler bildirilsin?"),
        choices=list(words.TOPICS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("En az birini işaretleyin."),
            "invalid_choice": _("Listede olmayan bir şey işaretlendi; sayfayı yenileyin."),
        },
    )


class ReplayForm(forms.Form):
    """Since when everything is to be sent again."""

    since = forms.ChoiceField(
        label=_("Ne kadar geriye gidilsin?"),
        choices=[(name, said) for name, (said, _span) in SPANS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Birini seçin."), "invalid_choice": _("Listeden birini seçin.")},
    )
