"""The sign-in pages of staff: e-mail code, second factor, passkeys; none for signing up, passwords or new addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse

from divit.console.account_views import AddApp, AddKey, RemoveApp, RemoveKey, RenewCodes, ShowKeyAgain, SignInByKey
from divit.kernel.errors import NotFound


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Names that the package wants to mention, for pages that we do not have."""
    raise NotFound


def asking_again(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The package asks for the second factor again, or answers at once, by raising; our gate must see an answer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ImmediateHttpResponse as answer:
            return answer.response
        except ReauthenticationRequired:
            methods = get_adapter().get_reauthentication_methods(request.user)
            return suspend_request(request, methods[0]["url"] if methods else reverse("account_login"))

    # The package keeps its books while reading, in our classes of its pages too.
    guarded.writes_on_get = True  # type: ignore[attr-defined]
    return guarded


_PAGES = (
    ("giris/", account.login, "account_login"),
    ("giris/kod/", account.confirm_login_code, "account_confirm_login_code"),
    ("giris/kod-iste/", no_such_page, "account_request_login_code"),
    ("giris/anahtar/", SignInByKey.as_view(), "mfa_login_webauthn"),
    ("cikis/", account.logout, "account_logout"),
    ("kapali/", account.account_inactive, "account_inactive"),
    ("kayit/", no_such_page, "account_signup"),
    ("parola/", no_such_page, "account_reset_password"),
    ("yeniden/", mfa.reauthenticate, "account_reauthenticate"),
    ("ikinci-adim/", mfa.authenticate, "mfa_authenticate"),
    ("ikinci-adim/yeniden/", mfa.reauthenticate, "mfa_reauthenticate"),
    ("guvenlik/", mfa.index, "mfa_index"),
    ("guvenlik/uygulama/", AddApp.as_view(), "mfa_activate_totp"),
    ("guvenlik/uygulama/kaldir/", RemoveApp.as_view(), "mfa_deactivate_totp"),
    ("guvenlik/kurtarma/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    ("guvenlik/kurtarma/yenile/", RenewCodes.as_view(), "mfa_generate_recovery_codes"),
    ("guvenlik/kurtarma/indir/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    ("guvenlik/anahtarlar/", webauthn.list_webauthn, "mfa_list_webauthn"),
    ("guvenlik/anahtarlar/ekle/", AddKey.as_view(), "mfa_add_webauthn"),
    ("guvenlik/anahtarlar/yeniden/", ShowKeyAgain.as_view(), "mfa_reauthenticate_webauthn"),
    ("guvenlik/anahtarlar/<int:pk>/kaldir/", RemoveKey.as_view(), "mfa_remove_webauthn"),
    ("guvenlik/anahtarlar/<int:pk>/ad/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
)
urlpatterns = [path(address, asking_again(view), name=name) for address, view, name in _PAGES]
