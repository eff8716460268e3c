"""Kayıt: a person is found by any known fact, and their file opened for a purpose; forms are taken in here too."""

import uuid
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.applications.models import Application
from divit.certificates import findings
from divit.certificates import registry as certificates
from divit.certificates import words as certificate_words
from divit.certificates.models import Certificate
from divit.certificates.selectors import is_expired
from divit.console import labels
from divit.console.access import DeskRequest, desk
from divit.console.desks.forms_in import form_page
from divit.console.forms import SearchForm
from divit.console.registry_forms import PurposeForm
from divit.delivery import words as delivery_words
from divit.flows import form_receipt, person_file, registry_search
from divit.flows.person_file import OnePaper
from divit.flows.registry_search import Hit
from divit.kernel.actors import Actor, Role
from divit.production import words as production_words


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration(request: DeskRequest) -> HttpResponse:
    """The search; what is typed travels in a POST and everybody who is shown is a look in the ledger."""
    form = SearchForm(
        request.POST or None,
        label=_("Bildiğiniz herhangi bir bilgi"),
        hint=_(
            "T.C. kimlik no, ad soyad (sırası ve Türkçe harfler fark etmez), telefon, e-posta, başvuru, sertifika, "
            "kart ya da gönderi numarası, kurum. Virgülden sonra kurum yazarak adı daraltabilirsiniz: ayşe yılmaz, "
            "milli eğitim. Bulunan herkese bakışınız deftere yazılır; kişi bunu görür."
        ),
    )
    found = None
    if form.is_bound and form.is_valid():
        typed = request.POST.get("page", "")
        page = int(typed) if typed.isdecimal() and len(typed) < 4 else 1  # ascii
        found = registry_search.find(form.cleaned_data["text"], page=page, by=request.actor)
        request.looks += [_search_look(request.actor, hit) for hit in found.hits]
    context = {
        "form": form,
        "found": found,
        "rows": [_row(hit) for hit in found.hits] if found else [],
        "most": registry_search.MOST,
        "page_size": registry_search.PAGE,
        "purposes": labels.PURPOSES.items(),
        "asks": _asks(request.actor),
        "findings": findings.how_many(),
    }
    return render(request, "console/registration/search.html", context)


@desk(Role.REGISTRAR)
@require_safe
def registration_person(request: DeskRequest, person_id: uuid.UUID) -> HttpResponse:
    """Kişi dosyası; without a purpose the page asks for it and shows nothing."""
    form = PurposeForm(request.GET if "neden" in request.GET else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "console/registration/purpose.html", {"form": form})
    found = person_file.person_file(person_id, by=request.actor)
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(person_id),
            "purpose": form.cleaned_data["neden"],
            "subject": ("person", str(person_id)),
        }
    )
    context = {
        "person_": found.person,
        "masked_tckn": masked_tckn(found.person.tckn),
        "masked_email": _masked_email(found.person.email),
        "purpose": labels.PURPOSES[form.cleaned_data["neden"]],
        "papers": [_paper(one) for one in found.papers],
        "certificates": [
            {"certificate": row, "state": certificate_state(row), "hold": labels.HOLDS.get(row.hold_cause, "")}  # type: ignore[call-overload]
            for row in found.certificates
        ],
        "messages_": [
            {"message": row, "channel": labels.CHANNELS[row.channel], "state": labels.MESSAGE_STATES[row.state]}
            for row in found.messages
        ],
    }
    return render(request, "console/registration/person.html", context)


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_application(request: DeskRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application; the centre takes its form in where the paper comes here."""
    row = form_receipt.look_at(application_id, by=request.actor)
    return form_page(request, row, back="console:registration", here={"application_id": application_id})


def shown(rows: Iterable[Application]) -> list[dict[str, object]]:
    """With words for state and kind."""
    return [
        {"application": row, "state": labels.APPLICATION_STATES[row.state], "kind": KINDS[Kind(row.kind)]}  # type: ignore[index]
        for row in rows
    ]


def look(by: Actor, row: Application, *, purpose: str) -> dict[str, object]:
    """One entry of «Verilerime kim baktı?»."""
    return {
        "by": by,
        "person_id": str(row.person_id),
        "purpose": purpose,
        "subject": ("application", str(row.pk)),
    }


def certificate_state(row: Certificate) -> object:
    """In words, the clock's state too."""
    return certificate_words.STATES["expired" if row.state != "revoked" and is_expired(row) else row.state]


def masked_tckn(tckn: str) -> str:
    """What a page of the desk shows of a national number: enough to compare with what a caller says."""
    return "•••••••" + tckn[-4:]


def _masked_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}•••{at}{host}" if at else ""


def _search_look(by: Actor, hit: Hit) -> dict[str, object]:
    person_id = str(hit.person.pk)
    return {"by": by, "person_id": person_id, "purpose": "registration_search", "subject": ("person", person_id)}


def _row(hit: Hit) -> dict[str, object]:
    return {
        "person": hit.person,
        "masked_tckn": masked_tckn(hit.person.tckn),
        "facts": ", ".join(str(labels.FACTS[fact]) for fact in hit.facts),
        "application": hit.application,
        "state": labels.APPLICATION_STATES[hit.application.state] if hit.application else "",  # type: ignore[index]
        "opens": hit.application is not None and hit.application.state in form_receipt.VISIBLE,
        "certificate": certificate_state(hit.certificate) if hit.certificate else "",
    }


def _paper(one: OnePaper) -> dict[str, object]:
    row = one.application
    return {
        "application": row,
        "kind": KINDS[Kind(row.kind)],
        "state": labels.APPLICATION_STATES[row.state],  # type: ignore[index]
        "opens": row.state in form_receipt.VISIBLE,
        "awaited": ", ".join(str(labels.REQUIREMENTS[kind]) for kind in one.awaited),
        "order": production_words.STATES[one.order.state] if one.order else "",
        "parcel": one.parcel,
        "parcel_state": delivery_words.STATES[one.parcel.state] if one.parcel else "",
    }


def _asks(by: Actor) -> dict[str, int]:
    """How many wishes to open a certificate wait, and how many of them for a colleague of whoever asked: for `by`."""
    waiting = certificates.open_asks()
    return {"all": len(waiting), "for_you": sum(row.asked_by != by.id for row in waiting)}
