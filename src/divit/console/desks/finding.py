"""The search of a desk that works by numbers: whoever has a card or a parcel in hand goes straight to its page."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from divit.applications import content
from divit.applications import selectors as applications
from divit.applications.models import Application
from divit.console.access import DeskRequest
from divit.console.forms import SearchForm
from divit.kernel.errors import Invalid, NotFound

# So many rows a list shows; what is further behind is found by its number.
MOST_SHOWN = 100


def search(
    request: DeskRequest, *, label: str, place_of: Callable[[str], str]
) -> tuple[SearchForm, HttpResponse | None]:
    """The form, and the way to the page of what was typed; `place_of` raises `NotFound` for what is not here."""
    form = SearchForm(request.POST or None, label=label)
    if not form.is_bound or not form.is_valid():
        return form, None
    try:
        response = HttpResponseRedirect(place_of(form.cleaned_data["text"]))
    except (Invalid, NotFound):
        form.add_error("text", _("Bu numarayla bu masada bekleyen bir şey yok. Numarayı kontrol edin."))
        return form, None
    response.status_code = 303
    return form, response


def application_of(text: str) -> Application:
    """By its number, as people type it. Raises `Invalid` and `NotFound`."""
    reference, _token = content.read_mark(text)
    return applications.by_reference(reference)
