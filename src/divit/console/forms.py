"""What the desks type."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from divit.console import labels
from divit.delivery.words import RETURNED_WHY
from divit.flows.leavers import LONGEST_REASON, How

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


class BoxForm(forms.Form):
    """Which cards go into a box, each with the end of its number, and to whom the box goes."""

    appointment = forms.ChoiceField(
        label=_("Koliyi teslim alacak e-imza temsilcisi"),
        widget=forms.RadioSelect,
        error_messages=_REQUIRED | {"invalid_choice": _("Listeden birini seçin.")},
    )
    address = forms.CharField(
        label=_("Temsilcinin iş adresi"),
        help_text=_("Birim, cadde ve sokak, bina, ilçe, il. Kurye bu adrese gider."),
        max_length=200,
        error_messages=_REQUIRED | {"max_length": _("En çok 200 karakter yazın.")},
    )

    def __init__(
        self, *args: object, representatives: Iterable[tuple[str, str]], cards: Mapping[UUID, str], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = self.fields["appointment"]
        chosen.choices = list(representatives)  # type: ignore[attr-defined]
        self._names = {self.name_of(order_id): order_id for order_id in cards}
        for name, order_id in self._names.items():
            self.fields[name] = forms.CharField(
                label=cards[order_id],
                required=False,
                max_length=4,
                error_messages={"max_length": _("Yalnızca son dört haneyi yazın.")},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-width": "code"}),
            )

    @staticmethod
    def name_of(order_id: UUID) -> str:
        """The field of one card."""
        return f"card-{order_id}"

    def digits(self) -> dict[UUID, str]:
        """The ends that were typed; a card whose field is empty stays on the desk."""
        typed = {order_id: self.cleaned_data[name] for name, order_id in self._names.items()}
        return {order_id: end for order_id, end in typed.items() if end}


class CountForm(forms.Form):
    """Which cards were in the box; what is not ticked is said to be missing, and that is asked once more."""

    there = forms.MultipleChoiceField(
        label=_("Koliden çıkan kartlar"),
        help_text=_("Her kartı elinize alın, adı ve son dört haneyi karşılaştırıp işaretleyin."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Listede olmayan bir kart işaretlendi; sayfayı yenileyin.")},
    )
    missing = forms.BooleanField(required=False, label=_("İşaretlemediğim kartlar koliden çıkmadı."))

    def __init__(self, *args: object, cards: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.cards = dict(cards)
        self.fields["there"].choices = list(self.cards.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """What was not ticked must be said in words too."""
        said = super().clean() or {}
        left = self.left()
        if "there" in said and left and not said.get("missing"):
            self.add_error(
                "missing",
                ngettext(
                    "{count} kartı işaretlemediniz. Koliden çıktıysa işaretleyin; çıkmadıysa bu kutuyu işaretleyin.",
                    "{count} kartı işaretlemediniz. Koliden çıktıysa işaretleyin; çıkmadıysa bu kutuyu işaretleyin.",
                    len(left),
                ).format(count=len(left)),
            )
        return said

    def left(self) -> list[str]:
        """The ids that were not ticked."""
        return [card for card in self.cards if card not in self.cleaned_data.get("there", [])]


class ReturnForm(forms.Form):
    """Why a card goes back to the centre."""

    why = forms.ChoiceField(
        label=_("Kart neden geri gidiyor?"),
        choices=list(RETURNED_WHY.items()),
        widget=forms.RadioSelect,
        error_messages=_REQUIRED | {"invalid_choice": _("Listeden birini seçin.")},
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


class LeaversForm(forms.Form):
    """What becomes of the certificates of people who left, and why."""

    how = forms.TypedChoiceField(
        label=_("Seçtiğiniz sertifikalara ne yapılsın?"),
        choices=[
            (How.SUSPEND, _("Askıya alınsın: geçici kapanır, yanlışlık varsa geri açılabilir")),
            (How.REVOKE, _("İptal edilsin: kalıcı kapanır, bir daha açılmaz")),
        ],
        coerce=How,
        widget=forms.RadioSelect,
        error_messages={"required": _("Askıya alma ya da iptal; birini seçin.")},
    )
    reason = forms.CharField(
        label=_("Gerekçe"),
        help_text=_("Sertifikanın sahibi bu metni aynen okur. Örnek: Kurumdan ayrıldı. T.C. kimlik numarası yazmayın."),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    last_day = forms.DateField(
        label=_("Son çalışma günü"),
        help_text=_("İsteğe bağlı; yalnızca kayda geçer ve sahibine bildirilir. İşlem geriye ya da ileriye yürümez."),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
        error_messages={"invalid": _("Günü 31.12.2026 biçiminde yazın.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "data-width": "short"}),
    )
    checked = forms.BooleanField(
        label=_("Listedeki herkesin kurumdan ayrıldığını denetledim."),
        error_messages={"required": _("Devam etmeden önce listeyi denetleyip bu kutuyu işaretleyin.")},
    )


class LeaversApplicationForm(forms.Form):
    """Why the application of somebody who left is ended."""

    reason = forms.CharField(
        label=_("Gerekçe"),
        help_text=_("Başvuran kişi bu metni aynen okur. Örnek: Kurumdan ayrıldı. T.C. kimlik numarası yazmayın."),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    checked = forms.BooleanField(
        label=_("Bu kişinin kurumdan ayrıldığını denetledim."),
        error_messages={"required": _("Devam etmeden önce denetleyip bu kutuyu işaretleyin.")},
    )


class WaiveForm(forms.Form):
    """Why the institution no longer insists on a suspension."""

    reason = forms.CharField(
        label=_("Açıklama"),
        help_text=_("Sertifikanın sahibi bu metni aynen okur. Örnek: Ayrılmadı; yanlışlıkla askıya alındı."),
        max_length=LONGEST_REASON,
        error_messages=_REQUIRED | {"max_length": _("En çok 120 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
