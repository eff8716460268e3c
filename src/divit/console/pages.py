"""Small helpers of the desks' pages: an act that may be refused, and the way back after one that was not."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import Promise

from divit.flows.refusals import explain
from divit.kernel.errors import Invalid, Refused


def attempt(act: Callable[[], object], *, form: forms.Form | None = None) -> str:
    """Do it; the sentence of a refusal, or nothing. What is wrong with a field is said at the field."""
    try:
        act()
    except Invalid as wrong:
        if form is not None and wrong.field in form.fields:
            form.add_error(wrong.field, explain(wrong))
            return ""
        return explain(wrong)
    except Refused as refusal:
        return explain(refusal)
    return ""


def done(request: HttpRequest, said: str | Promise, *, to: str, **kwargs: object) -> HttpResponse:
    """Say what was done on the page that follows."""
    messages.success(request, str(said))
    response = HttpResponseRedirect(resolve_url(to, **kwargs))
    response.status_code = 303
    return response
