"""The package's sign-in forms in our words."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

_CODE = {"autocomplete": "one-time-code", "data-width": "code", "spellcheck": "false"}


def _say(form: forms.Form, name: str, *, label: Any, hint: Any = "", **attrs: str) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs = attrs
    field.error_messages["required"] = _("Bu alanı doldurun.")


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
