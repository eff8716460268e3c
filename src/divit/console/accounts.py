"""Staff accounts: nobody signs up, no password opens anything, nobody is left without a second factor."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from divit.flows import staff_letters
from divit.identity import staff
from divit.identity.models import StaffAccount

_OPENING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class StaffAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the operator's command alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("Kod doğru değil. Gelen en son kodu yazın."),
        "too_many_login_attempts": _("Çok fazla deneme yapıldı. Birkaç dakika sonra yeniden deneyin."),
        "rate_limited": _("Çok fazla deneme yapıldı. Birkaç dakika sonra yeniden deneyin."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """An account whose second factor is missing opens nothing: an e-mail account alone must not be enough."""
        session = request.session.session_key or ""
        if not Authenticator.objects.filter(user_id=user.pk, type__in=_OPENING).exists():
            staff.turned_away(user, session=session)
            return HttpResponseRedirect(reverse("console:no_second_factor"))
        staff.passed_first_step(user, how=_steps(request, user), session=session)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def login(self, request: HttpRequest, user: Any) -> None:
        """A sign-in that cannot be written down does not happen."""
        with transaction.atomic():
            super().login(request, user)
            staff.signed_in(user, how=_steps(request, user), session=request.session.session_key or "")

    def logout(self, request: HttpRequest) -> None:
        """Written down before the session is gone."""
        if isinstance(request.user, StaffAccount):
            staff.signed_out(request.user, session=request.session.session_key or "")
        super().logout(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What limits count by, as everywhere: the package's own reading would take our proxy for everybody."""
        return str(request.client_address)  # type: ignore[attr-defined]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The one letter that is sent: the code. For an unknown address the same is done, and nothing goes out."""
        staff_letters.send_code(to=email, code=context.get("code", ""), language=get_language() or "tr")


class StaffMfaAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted at rest; the last one cannot be taken away."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Kod doğru değil ya da süresi doldu. Uygulamadaki yeni kodu yazın."),
        "cannot_delete_authenticator": _("Son ikinci adımınız kaldırılamaz; önce bir başkasını ekleyin."),
    }

    def encrypt(self, text: str) -> str:
        """Under a key that follows from the installation's own secret."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """One that opens must remain."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=_OPENING)
        return authenticator.type not in _OPENING or others.exclude(pk=authenticator.pk).exists()


def _steps(request: HttpRequest, user: Any) -> list[str]:
    """By what they came in, in the order of the steps: code, totp, webauthn, recovery_codes."""
    return [str(step.get("type") or step["method"]) for step in get_authentication_records(request, user)]


def _box() -> Fernet:
    secret = hashlib.sha256(b"second factors:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
