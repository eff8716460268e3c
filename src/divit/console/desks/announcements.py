"""Duyurular: what the centre tells everybody on the status page."""

import uuid
from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from divit.console.access import DeskRequest, desk
from divit.console.pages import attempt, done
from divit.kernel.actors import Role
from divit.probe.findings import Service
from divit.watching import announcements
from divit.watching.words import SERVICES

_REQUIRED = {"required": gettext_lazy("Bu alanı doldurun.")}
_WHEN = "%Y-%m-%dT%H:%M"


def _moment(label: Any, *, help_text: Any = "", required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=[_WHEN],
        error_messages=_REQUIRED | {"invalid": gettext_lazy("Günü ve saati yazın.")},
        widget=forms.DateTimeInput(format=_WHEN, attrs={"type": "datetime-local"}),
    )


def _words(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=announcements.LONGEST,
        error_messages=_REQUIRED | {"max_length": gettext_lazy("En çok 240 karakter yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AnnouncementForm(forms.Form):
    """Which services, from when until when, and what is said in each language."""

    services = forms.MultipleChoiceField(
        label=gettext_lazy("Hangi hizmetler?"),
        choices=[(str(one), SERVICES[one]) for one in Service],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("En az birini seçin.")},
    )
    begins_at = _moment(gettext_lazy("Ne zaman başlıyor?"))
    ends_at = _moment(
        gettext_lazy("Ne zaman bitiyor?"),
        help_text=gettext_lazy("Bilinmiyorsa boş bırakın; duyuru geri alınana kadar, en çok iki hafta durur."),
        required=False,
    )
    turkish = _words(gettext_lazy("Türkçe duyuru"))
    english = _words(gettext_lazy("İngilizce duyuru"))


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_announcements(request: DeskRequest) -> HttpResponse:
    """What stands on the status page; a new one, or one less."""
    if request.POST.get("act") == "take_back":
        announcements.take_back(_id(request.POST.get("announcement", "")), by=request.actor)
        return done(request, _("Duyuru geri alındı."), to="console:registration_announcements")
    form = AnnouncementForm(request.POST if request.method == "POST" else None)
    refusal = ""
    if form.is_bound and form.is_valid():
        services = [Service(one) for one in form.cleaned_data.pop("services")]
        publish = partial(announcements.announce, services, **form.cleaned_data, by=request.actor)
        refusal = attempt(publish, form=form)
        if not refusal and not form.errors:
            return done(request, _("Duyuru yayımlandı."), to="console:registration_announcements")
    context = {
        "form": form,
        "refusal": refusal,
        "has_errors": form.is_bound,
        "standing": [
            {"row": one, "services": [SERVICES[Service(name)] for name in one.services]}
            for one in announcements.standing()
        ],
    }
    return render(request, "console/registration/announcements.html", context, status=409 if form.is_bound else 200)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
