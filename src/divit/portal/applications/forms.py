"""The parts of the application as Django forms: labels and widgets here, every judgement in the domain."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from divit.applications import labels
from divit.applications.addresses import Addresses, district_label
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.applications.parts import LONGEST, AddressKind
from divit.applications.steps import RULE_OF, Step
from divit.applications.words import REFUSALS
from divit.flows.fees import Offers
from divit.flows.kind_choice import Choice
from divit.institutions.models import Institution
from divit.kernel.errors import Invalid
from divit.portal.refusals import explain

Choices = Iterable[tuple[object, object]]


class _Line(forms.CharField):
    """One line, star and label as the others; what it may say is judged by the domain."""

    def __init__(self, name: str, *, required: bool = True, help_text: Any = "", width: str = "", **attrs: str) -> None:
        length = {"maxlength": str(LONGEST[name])} if name in LONGEST else {}
        if width:
            attrs["data-width"] = width
        super().__init__(
            label=labels.FIELDS[name],
            required=required,
            help_text=help_text,
            strip=True,
            widget=forms.TextInput(attrs={"spellcheck": "false", **length, **attrs}),
            error_messages={"required": REFUSALS["text_required"]},
        )


class _Choice(forms.CharField):
    """One of some; a value that is not offered is refused by the domain."""

    def __init__(self, name: str, choices: Choices = (), *, radio: bool = True, help_text: Any = "") -> None:
        widget = forms.RadioSelect(choices=list(choices)) if radio else forms.Select(choices=list(choices))
        super().__init__(
            label=labels.FIELDS[name],
            help_text=help_text,
            widget=widget,
            error_messages={"required": REFUSALS["choice_required"]},
        )


class PartForm(forms.Form):
    """One of the four parts."""

    step: Step

    def __init__(self, *args: Any, addresses: Addresses, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses = addresses

    def typed(self) -> dict[str, str]:
        """What came, as text, for the fields of this part alone."""
        return {name: str(self.data.get(name, "")) for name in RULE_OF[self.step].fields}

    def refuse(self, wrong: Iterable[Invalid]) -> None:
        """Say beside each field what the domain could not understand."""
        for error in wrong:
            if error.field not in self.errors:
                self.add_error(error.field, explain(error))


class CertificateForm(PartForm):
    """1. Sertifika Bilgisi."""

    step = Step.CERTIFICATE
    years = _Choice("years")
    reader = _Choice("reader")
    publish = _Choice(
        "publish",
        [("yes", _("Evet")), ("no", _("Hayır"))],
        help_text=_(
            "«Evet» derseniz sertifikanız herkese açık dizinde yer alır; orada T.C. kimlik numaranız da görünür."
        ),
    )

    def __init__(self, *args: Any, offers: Offers | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offers is None:
            del self.fields["years"], self.fields["reader"]
            return
        priced = _("{what} ({price} + KDV)")
        self.fields["years"].widget.choices = [
            (str(count), format_lazy(priced, what=labels.years(count), price=net.tr))
            for count, net in sorted(offers.years.items(), reverse=True)
        ]
        self.fields["reader"].widget.choices = [
            (
                reader,
                format_lazy(priced, what=labels.READERS[reader], price=net.tr) if net.kurus else labels.READERS[reader],
            )
            for reader, net in offers.readers.items()
        ]


class ContactForm(PartForm):
    """2. İletişim Bilgisi."""

    step = Step.CONTACT
    email = _Line("email", type="email", autocomplete="email", inputmode="email")
    phone = _Line(
        "phone",
        help_text=_("Size ait olmalı; doğrulama kodunu buraya göndereceğiz. Örnek: 0505 123 45 67"),
        type="tel",
        autocomplete="tel",
        inputmode="tel",
        width="medium",
    )
    operator = _Choice("operator", labels.OPERATORS.items(), help_text=_("Numaranızı taşıdıysanız yeni operatörünüz."))
    channel = _Choice("channel", labels.CHANNELS.items(), help_text=_("Her adımda buradan haber veririz."))


class WorkplaceForm(PartForm):
    """3. Kurum Bilgisi; the institution itself is fixed by Kurum Seçimi."""

    step = Step.WORKPLACE
    unit = _Line("unit", help_text=_("Örnek: Bilgi İşlem Şubesi"), autocomplete="organization")
    job_title = _Line("job_title", help_text=_("Örnek: Öğretmen"), autocomplete="organization-title")
    work_phone = _Line(
        "work_phone",
        required=False,
        help_text=_("Kurye sizi bulamazsa aranır."),
        type="tel",
        inputmode="tel",
        width="medium",
    )
    extension = _Line("extension", required=False, inputmode="numeric", width="short")


class DeliveryForm(PartForm):
    """4. Teslimat Bilgisi; each list follows from the one above it, with or without a script."""

    step = Step.DELIVERY
    address_kind = _Choice(
        "address_kind", [(kind, labels.ADDRESS_KINDS[kind]) for kind in (AddressKind.WORK, AddressKind.HOME)]
    )
    company = _Line(
        "company",
        required=False,
        help_text=_("Teslimat adresindeki kurumun adı; iş adresi seçtiyseniz zorunludur."),
        autocomplete="organization",
    )
    province = _Choice("province", radio=False)
    district = _Choice("district", radio=False)
    neighbourhood = _Choice("neighbourhood", radio=False)
    street = _Line("street", help_text=_("Cadde, sokak ya da site adı"), autocomplete="street-address")
    building = _Line("building", help_text=_("Bina adı ya da numarası"), width="medium")
    flat = _Line("flat", width="short")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        province, district = self._now("province"), self._now("district")
        empty = ("", _("Seçin"))
        lists: dict[str, Choices] = {
            "province": [(name, name) for name in self.addresses.provinces()],
            "district": [(name, district_label(province, name)) for name in self.addresses.districts(province)],
            "neighbourhood": [(name, name) for name in self.addresses.neighbourhoods(province, district)],
        }
        for name, choices in lists.items():
            self.fields[name].widget.choices = [empty, *choices]
            self.fields[name].widget.attrs["data-place"] = name

    def _now(self, name: str) -> str:
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        return str(value or "")


FORM_OF: Mapping[Step, type[PartForm]] = {
    form.step: form for form in (CertificateForm, ContactForm, WorkplaceForm, DeliveryForm)
}


def initial_of(row: Application, step: Step) -> dict[str, str]:
    """What the draft says, as the fields want it."""
    told: dict[str, str] = {}
    for name in RULE_OF[step].fields:
        value = getattr(row, name)
        if name == "publish":
            told[name] = "no" if value in (None, False) else "yes"  # 5070 m.12: silence is no
        elif name in ("phone", "work_phone"):
            told[name] = labels.phone(value)
        else:
            told[name] = "" if value is None else str(value)
    return told


class InstitutionForm(forms.Form):
    """Kurum Seçimi, the institution; asked for by GET, so that going back asks nothing again."""

    institution = forms.CharField(
        label=labels.FIELDS["institution"],
        widget=forms.Select(),
        error_messages={"required": _("Kurumunuzu seçin.")},
    )

    def __init__(self, *args: Any, institutions: Iterable[Institution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ids = {str(row.id) for row in institutions}
        chosen = [("", _("Seçin")), *((str(row.id), row.name) for row in institutions)]
        self.fields["institution"].widget.choices = chosen

    def clean_institution(self) -> str:
        """The id of an institution that was offered."""
        chosen: str = self.cleaned_data["institution"]
        if chosen not in self._ids:
            raise forms.ValidationError(_("Kurumunuzu listeden seçin."))
        return chosen


class KindForm(forms.Form):
    """Kurum Seçimi, the kind: only what the person's situation at the institution allows."""

    kind = forms.CharField(
        label=labels.FIELDS["kind"],
        widget=forms.RadioSelect(),
        error_messages={"required": _("Başvuru türünü seçin.")},
    )

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choice = choice
        self.fields["kind"].widget.choices = [
            (offer.kind, format_lazy("{}: {}", labels.KINDS[offer.kind], labels.KIND_HELP[offer.kind]))
            for offer in choice.open
        ]

    def clean_kind(self) -> Kind:
        """A kind that exists and is open; a closed one says why it is."""
        try:
            kind = Kind(self.cleaned_data["kind"])
        except ValueError:
            raise forms.ValidationError(_("Başvuru türünü listeden seçin.")) from None
        refusal = self._choice.why_closed(kind)
        if refusal is not None:
            raise forms.ValidationError(explain(refusal))
        return kind


class SummaryForm(forms.Form):
    """What the person confirms before the phone is proven."""

    confirmed = forms.BooleanField(
        label=_("Yukarıdaki bilgilerin doğru olduğunu onaylıyorum."),
        error_messages={"required": _("Bilgileri okuyup doğru olduklarını onaylayın.")},
    )
    accepted = forms.BooleanField(
        label=_("Bu sertifikaların, yenisi üretilince iptal edileceğini gördüm ve kabul ediyorum."),
        error_messages={"required": _("İptal edilecek sertifikaların listesini kabul etmeden devam edilemez.")},
    )

    def __init__(self, *args: Any, listed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not listed:
            del self.fields["accepted"]
