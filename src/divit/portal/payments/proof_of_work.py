"""The captcha: a little work for the browser, nothing for the person (ALTCHA's challenge, our own few lines of script).

The widget that comes with the package writes styles into the page, which our content policy refuses.
"""

from typing import Any

from altcha_django.forms import AltchaField
from altcha_django.results import ErrorCode
from altcha_django.widgets import AltchaWidget
from django.forms import Media
from django.utils.translation import gettext_lazy as _

_AGAIN = _("Tarayıcınızın denetimi tamamlanmadı ya da süresi doldu. Lütfen sorguyu bir kez daha gönderin.")


class ProofWidget(AltchaWidget):
    """A hidden field that frontend/js/60-payments.js fills in."""

    template_name = "portal/payments/proof_of_work.html"
    use_fieldset = False

    @property
    def media(self) -> Media:
        return Media()

    def id_for_label(self, id_: str) -> str:
        """Nothing to label: the person has nothing to do here."""
        return ""


class ProofField(AltchaField):
    """Accepts each solved challenge once."""

    widget = ProofWidget

    def __init__(self, **given: Any) -> None:
        messages = {code.value: _AGAIN for code in ErrorCode}
        super().__init__(label="", challenge_mode="inline", error_messages=messages, **given)
