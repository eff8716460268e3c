"""What the desks type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.console import labels

_REQUIRED = {"required": _("Bu alanı doldurun.")}


class SearchForm(forms.Form):
    """Typed into a POST, so that no name and no number stands in an address."""

    text = forms.CharField(
        max_length=100,
        strip=True,
        error_messages=_REQUIRED | {"max_length": _("En çok 100 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: object, label: str, hint: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["text"].label, self.fields["text"].help_text = label, hint


class CardInHandForm(forms.Form):
    """The end of the card's number, read from the card."""

    digits = forms.CharField(
        label=_("Kart numarasının son dört hanesi"),
        help_text=_("Ekrandan değil, elinizdeki kartın üzerinden okuyun."),
        max_length=4,
        error_messages=_REQUIRED | {"max_length": _("Yalnızca son dört haneyi yazın.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "code"}),
    )


class SpoiledForm(forms.Form):
    """Why a card is given up."""

    why = forms.ChoiceField(
        label=_("Kartın neyi bozuk?"),
        choices=labels.SPOILED_WHY,
        widget=forms.RadioSelect,
        error_messages=_REQUIRED | {"invalid_choice": _("Listeden birini seçin.")},
    )


class IdentityCheckedForm(forms.Form):
    """Handing over at the counter."""

    checked = forms.BooleanField(
        label=_("Kimlik kartına baktım; kartı alan kişi başvuru sahibidir."),
        error_messages={"required": _("Kimlik kontrolü yapılmadan kart teslim edilmez.")},
    )


class TakeInForm(forms.Form):
    """The signed form is here; its QR code may be scanned."""

    scanned = forms.CharField(
        label=_("Formdaki QR kodunun içeriği"),
        help_text=_("Okuyucunuz varsa okutun; yoksa boş bırakıp formu başvuruyla karşılaştırın."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    compared = forms.BooleanField(
        label=_("Form ıslak imzalı ve başvurudaki bilgilerle aynı."),
        error_messages={"required": _("Formu teslim almadan önce başvuruyla karşılaştırın.")},
    )


class ReasonForm(forms.Form):
    """Words that the person will read."""

    reason = forms.CharField(
        label=_("Gerekçe"),
        help_text=_("Başvuran kişi bu metni aynen okur. Neyi düzeltmesi gerektiğini yazın."),
        max_length=300,
        error_messages=_REQUIRED | {"max_length": _("En çok 300 karakter yazın.")},
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
