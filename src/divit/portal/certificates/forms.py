"""What a person must choose before a certificate ends for good."""

from django import forms
from django.utils.translation import gettext_lazy as _

from divit.pki.reasons import Reason


class RevokeForm(forms.Form):
    """Why, and that it cannot be undone."""

    reason = forms.TypedChoiceField(
        label=_("Sertifikanızı neden iptal ediyorsunuz?"),
        choices=[
            (Reason.KEY_COMPROMISE.text, _("Kartım kayboldu veya çalındı")),
            (Reason.CESSATION_OF_OPERATION.text, _("Sertifikamı artık kullanmayacağım")),
        ],
        coerce=Reason.from_text,
        widget=forms.RadioSelect,
        error_messages={"required": _("İptal nedenini seçin.")},
    )
    understood = forms.BooleanField(
        label=_("Bunun geri alınamayacağını anladım."),
        error_messages={"required": _("Devam etmek için geri alınamayacağını anladığınızı işaretleyin.")},
    )
