"""The package's sign-in forms in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_NOT_ACCEPTED = _(
    "Bu geçiş anahtarı kabul edilmedi: bu hesaba ekli değil ya da kaldırılmış. Başka bir anahtarla ya da kodla deneyin."
)
_NOT_ADDED = _("Geçiş anahtarı eklenemedi. Sayfadaki düğmeyle bir kez daha deneyin.")
_CODE = {"autocomplete": "one-time-code", "data-width": "code", "spellcheck": "false"}


def _say(form: forms.Form, name: str, *, label: Any, hint: Any = "", **attrs: str) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs = attrs
    field.error_messages["required"] = _("Bu alanı doldurun.")


def _say_of_key(form: forms.Form, refusal: Any) -> None:
    messages = form.fields["credential"].error_messages
    messages["required"] = _("Geçiş anahtarı için tarayıcınızda JavaScript açık olmalıdır.")
    messages["invalid"] = refusal


@contextmanager
def _in_words_of_keys(refusal: Any) -> Iterator[None]:
    """The package has one sentence for wrong codes and wrong keys; ours for codes would mislead here."""
    try:
        yield
    except ValidationError as problem:
        if getattr(problem, "code", None) != "incorrect_code":
            raise
        raise ValidationError(refusal, code="incorrect_code") from problem
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        # What was sent has not even the form of a passkey's answer; the package reads it trustingly.
        raise ValidationError(refusal, code="incorrect_code") from problem


class EmailForm(LoginForm):
    """First page: to which address the code goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "login",
            label=_("Kurumsal e-posta adresiniz"),
            hint=_("Bu adrese altı karakterlik bir giriş kodu göndereceğiz."),
            type="email",
            autocomplete="username webauthn",
            maxlength="254",
        )


class EmailCodeForm(ConfirmLoginCodeForm):
    """The code that came by e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", label=_("E-posta ile gelen kod"), **_CODE)


class SecondFactorForm(AuthenticateForm):
    """The code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _second_factor(self)


class SecondFactorAgainForm(ReauthenticateForm):
    """The same before the second factors themselves are changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _second_factor(self)


class ActivateTotpForm(ActivateTOTPForm):
    """The first code of a newly enrolled app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _second_factor(self)


class AddKeyForm(AddWebAuthnForm):
    """A passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", label=_("Anahtarın adı"), hint=_("Örneğin: çekmecedeki USB anahtar"), maxlength="60")
        self.fields["passwordless"].label = _("Bu anahtarla e-posta kodu olmadan da girebileyim")
        self.fields["passwordless"].help_text = _("Anahtarın kendisi PIN ya da parmak izi sormalıdır.")
        _say_of_key(self, _NOT_ADDED)

    def clean(self) -> dict[str, Any]:
        """What the browser hands over is looked at by the package."""
        with _in_words_of_keys(_NOT_ADDED):
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class _ShowKey(AuthenticateWebAuthnForm):
    """A passkey is shown; a refusal speaks of passkeys, not of codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_of_key(self, _NOT_ACCEPTED)

    def clean_credential(self) -> Authenticator:
        """What the browser hands over is looked at by the package."""
        with _in_words_of_keys(_NOT_ACCEPTED):
            return super().clean_credential()


class SignInByKeyForm(_ShowKey, LoginWebAuthnForm):
    """The passkey alone."""


class SecondFactorKeyForm(_ShowKey):
    """The passkey after the e-mail code."""


class KeyAgainForm(_ShowKey, ReauthenticateWebAuthnForm):
    """The passkey before the second factors themselves are changed."""


class NameKeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", label=_("Anahtarın adı"), maxlength="60")


def _second_factor(form: forms.Form) -> None:
    _say(
        form,
        "code",
        label=_("Doğrulama uygulamasındaki kod"),
        hint=_("Telefonunuz yanınızda değilse kurtarma kodlarınızdan birini yazabilirsiniz."),
        **_CODE,
    )
