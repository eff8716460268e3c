"""The letter with the sign-in code of the desks: no notice, for nobody chooses its channel and no copy is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SignInWords:
    """The words of one language; placeholder: {code}."""

    subject: str
    text: str


SIGN_IN = {
    "tr": SignInWords(
        subject="Divit giriş kodunuz",
        text=(
            "Divit masalarına giriş kodunuz: {code}\n\n"
            "Kod üç dakika geçerlidir ve yalnızca bir kez kullanılabilir. Giriş yapmaya çalışan siz değilseniz bu "
            "iletiyi yok sayın; ikinci adım olmadan hesabınıza girilemez."
        ),
    ),
    "en": SignInWords(
        subject="Your Divit sign-in code",
        text=(
            "Your sign-in code for the Divit desks: {code}\n\n"
            "The code is valid for three minutes and opens once. If it is not you who is signing in, ignore this "
            "message: nobody enters your account without the second step."
        ),
    ),
}
