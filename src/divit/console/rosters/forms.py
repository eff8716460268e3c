"""What is sent to the pages of lists."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from divit.rosters.reading import MOST_OCTETS, MOST_ROWS


class UploadForm(forms.Form):
    """The list itself."""

    file = forms.FileField(
        label=_("Liste dosyası"),
        help_text=format_lazy(
            _("Excel (.xlsx) ya da CSV; en çok {megabytes} MB ve {rows} satır."),
            megabytes=MOST_OCTETS >> 20,
            rows=MOST_ROWS,
        ),
        allow_empty_file=True,
        error_messages={"required": _("Bir liste dosyası seçin.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


def chosen(values: Iterable[str]) -> list[UUID]:
    """The ids that were ticked; what is no id was not sent by the page."""
    ids = []
    for value in values:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return ids
