"""What is typed when a program is asked for, or its key is made."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from divit.connections.services import LONGEST_LIFE, LONGEST_NAME, OVERLAP
from divit.connections.words import SCOPES
from divit.kernel import clock

_REQUIRED = {"required": _("Bu alanı doldurun.")}
_USUAL_LIFE = timedelta(days=365)


class AskForm(forms.Form):
    """Which program, what it may do, until when."""

    name = forms.CharField(
        label=_("Programın adı"),
        help_text=_("Meslektaşlarınızın tanıyacağı bir ad; örneğin «Personel sistemi»."),
        max_length=LONGEST_NAME,
        error_messages=_REQUIRED | {"max_length": _("Bu alan çok uzun.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Neler yapabilsin?"),
        help_text=_("Yalnızca işine yarayanları seçin. Hiçbir program talep onaylayamaz, sertifika iptal edemez."),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("En az birini seçin."), "invalid_choice": _("Listeden seçin.")},
    )
    ends = forms.DateField(
        label=_("Son gün"),
        help_text=format_lazy(_("En çok {days} gün; sonra yeniden istenir."), days=LONGEST_LIFE.days),
        error_messages=_REQUIRED | {"invalid": _("Günü gün.ay.yıl olarak yazın; örneğin 31.12.2027.")},
        widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends"].initial = clock.today() + _USUAL_LIFE


class KeyForm(forms.Form):
    """How long the older key still opens."""

    at_once = forms.BooleanField(
        label=_("Eski anahtar hemen kapansın (çalındıysa ya da yanlış yere yazıldıysa)"),
        help_text=format_lazy(
            _("İşaretlemezseniz eski anahtar {hours} saat daha çalışır; programı bu sürede yeni anahtara geçirin."),
            hours=int(OVERLAP.total_seconds()) // 3600,
        ),
        required=False,
    )
