"""The package's sign-in pages where they would keep a refusal or a change to themselves, or take the last way in."""

from typing import Any, ClassVar, Literal

from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.forms import DeactivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from divit.console.account_forms import EmailForm
from divit.identity import staff
from divit.identity.models import StaffAccount
from divit.kernel.errors import NotFound


class SignInByKey(NextRedirectMixin, LoginWebAuthnView):
    """A passkey alone; one that is refused leads back to the sign-in page, which says so."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """The package would lead back without a word."""
        told = self.get_context_data(form=EmailForm(request=self.request), key_form=form, has_errors=True)  # type: ignore[no-untyped-call]
        return render(self.request, "account/login.html", told)


class ShowKeyAgain(ReauthenticateWebAuthnView):
    """The passkey once more before something changes; one that is refused leaves the page where it is."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """The package would lead away without a word."""
        return self.render_to_response({**self.get_context_data(), "form": form})


class _Recorded(View):
    """A change of second factors and its line in the ledger live or die together."""

    change: ClassVar[Literal["added", "removed"]] = "added"
    kind: ClassVar[str]

    def form_valid(self, form: Form) -> HttpResponse:
        """Change, then write down."""
        account = self.request.user
        if not isinstance(account, StaffAccount):
            raise NotFound("staff account")
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            session = self.request.session.session_key or ""
            staff.factor_changed(account, self.change, kind=self.kind, session=session)
            if self.change == "removed":
                # Whoever came in with it, in another browser, is out; this browser has just shown that it may stay.
                staff.end_sessions(account)
                update_session_auth_hash(self.request, account)
        return answer


class AddApp(_Recorded, ActivateTOTPView):
    """An authenticator app."""

    kind = Authenticator.Type.TOTP


class AddKey(_Recorded, AddWebAuthnView):
    """A passkey."""

    kind = Authenticator.Type.WEBAUTHN


class RenewCodes(_Recorded, GenerateRecoveryCodesView):
    """New recovery codes; the old ones are void."""

    kind = Authenticator.Type.RECOVERY_CODES


class _OneRemains(_Recorded):
    """Removals of one account wait for each other: two at once would each see the other's factor remain."""

    change = "removed"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look and remove while all factors of the account are locked."""
        with transaction.atomic():
            own = Authenticator.objects.select_for_update(no_key=True).filter(user_id=request.user.pk)
            list(own.order_by("pk"))
            answer: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
            return answer


class RemoveApp(_OneRemains, DeactivateTOTPView):
    """The authenticator app goes, unless it is the last second factor; the package's form asks our adapter."""

    kind = Authenticator.Type.TOTP


class RemoveKey(_OneRemains, RemoveWebAuthnView):
    """A passkey goes, unless it is the last second factor: the package itself asks that of apps alone."""

    kind = Authenticator.Type.WEBAUTHN
    form_class = DeactivateTOTPForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Bound from the start, so that the page says before anything is pressed that the key must stay."""
        return {"data": {}, **super().get_form_kwargs(), "authenticator": self.object}
