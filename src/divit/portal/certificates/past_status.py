"""«O anda geçerli miydi?»: a person asks about their own certificate, anybody about one in their hands."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import past_status as statements
from divit.certificates import selectors
from divit.certificates.models import PastStatus
from divit.certificates.past_status import Audience
from divit.certificates.past_status_asking import told
from divit.flows import past_status as flow
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound, Refused
from divit.portal.access import PersonRequest, for_person, public
from divit.portal.certificates.past_status_forms import AnybodyForm, InstantForm
from divit.portal.client_address import client_address
from divit.portal.refusals import explain

_PAGE = ["GET", "HEAD", "POST"]


@for_person
@require_http_methods(_PAGE)
def past_status_ask(request: PersonRequest, certificate_id: UUID) -> HttpResponseBase:
    """Day and time, about one of the person's own."""
    certificate = selectors.certificate_of(request.person.pk, certificate_id)
    form = InstantForm(request.POST or None)
    row = _asked(
        form,
        lambda: flow.ask_about_own(certificate.pk, at=form.instant, language=_language(), by=request.actor),
    )
    if row is not None:
        return redirect("portal:past_status", past_status_id=row.pk)
    facts = {"form": form, "certificate": certificate}
    return render(request, "portal/certificates/past_status_ask.html", facts)


@for_person
@require_safe
@never_cache
def past_status(request: PersonRequest, past_status_id: UUID) -> HttpResponse:
    """The answer, every period, and the document."""
    row = statements.statement(past_status_id, audience=Audience.OWN, person_id=request.person.pk)
    return render(request, "portal/certificates/past_status.html", {**told(row), "names": "past_status"})


@for_person
@require_safe
@never_cache
def past_status_live(request: PersonRequest, past_status_id: UUID) -> HttpResponse:
    """Whether the document is there, asked for again and again."""
    row = statements.statement(past_status_id, audience=Audience.OWN, person_id=request.person.pk)
    return _live(request, row, names="past_status")


@for_person
@require_safe
def past_status_file(request: PersonRequest, past_status_id: UUID) -> HttpResponse:
    """The sealed PDF."""
    return sealed_file(statements.statement(past_status_id, audience=Audience.OWN, person_id=request.person.pk))


@public
@require_http_methods(_PAGE)
def public_status_ask(request: HttpRequest) -> HttpResponseBase:
    """Authority, number, day and time."""
    form = AnybodyForm(request.POST or None)
    by: Actor = request.actor  # type: ignore[attr-defined]
    row = _asked(
        form,
        lambda: flow.ask_as_anybody(
            form.issuer_id,
            form.cleaned_data["serial"],
            at=form.instant,
            language=_language(),
            address=client_address(request),
            proven=bool(form.cleaned_data["proof"]),
            by=by,
        ),
    )
    if row is not None:
        return redirect("portal:public_status", past_status_id=row.pk)
    return render(request, "portal/certificates/public_status_ask.html", {"form": form})


@public
@require_safe
@never_cache
def public_status(request: HttpRequest, past_status_id: UUID) -> HttpResponse:
    """The answer without anybody's name, for whoever has the address."""
    row = statements.statement(past_status_id, audience=Audience.PUBLIC)
    return render(request, "portal/certificates/public_status.html", {**told(row), "names": "public_status"})


@public
@require_safe
@never_cache
def public_status_live(request: HttpRequest, past_status_id: UUID) -> HttpResponse:
    """Whether its document is there."""
    return _live(request, statements.statement(past_status_id, audience=Audience.PUBLIC), names="public_status")


@public
@require_safe
def public_status_file(request: HttpRequest, past_status_id: UUID) -> HttpResponse:
    """Its sealed PDF."""
    return sealed_file(statements.statement(past_status_id, audience=Audience.PUBLIC))


def sealed_file(row: PastStatus) -> HttpResponse:
    """The document as a file. Raises `NotFound` while it is not sealed."""
    if row.pdf is None:
        raise NotFound("past status")
    answer = HttpResponse(bytes(row.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="divit-{row.pk}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _asked(form: InstantForm, ask: Callable[[], PastStatus]) -> PastStatus | None:
    """The answer to a form that was sent and can be answered; what is wrong is said in the form."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return ask()
    except Refused as refusal:
        form.add_error("day" if refusal.code.startswith("past_status_") else None, explain(refusal))
        return None


def _live(request: HttpRequest, row: PastStatus, *, names: str) -> HttpResponse:
    answer = render(request, "portal/certificates/parts/past_status_document.html", {**told(row), "names": names})
    if row.sealed_at is not None:
        answer["X-Live"] = "done"
    return answer


def _language() -> str:
    return "en" if get_language() == "en" else "tr"
