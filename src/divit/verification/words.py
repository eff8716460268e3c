"""Refusals of verification, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "code_format": _("Kod 6 rakamdan oluşur; telefonunuza gelen kodu boşluksuz ya da boşluklu yazabilirsiniz."),
    "code_wrong": _("Bu kod doğru değil. Kalan deneme hakkınız: {left}."),
    "code_locked": _("Kod üç kez yanlış girildi ve artık kullanılamaz. Yeni bir kod isteyin."),
    "code_expired": _("Bu kodun süresi doldu. Yeni bir kod isteyin."),
    "code_already_proven": _("Bu kod zaten doğrulandı."),
    "code_resend_too_soon": _("Yeni kodu saat {until:%H.%M.%S} olduğunda isteyebilirsiniz."),
    "codes_too_many": _(
        "Kısa sürede çok sayıda kod istendi. {until:%d.%m.%Y} günü saat {until:%H.%M} olunca yeniden deneyebilirsiniz."
    ),
    "phone_too_new": _(
        "Cep telefonu numaranız yeni değişti. Güvenliğiniz için bu işlemi yeni numaranızla "
        "{until:%d.%m.%Y} günü saat {until:%H.%M} olunca yapabilirsiniz."
    ),
    "code_mail_not_offered": _("Bu işlem için kod e-posta ile gönderilemiyor. Lütfen SMS kodunu kullanın."),
    "code_still_lives": _("Bu kodun süresi henüz dolmadı."),
    "tries_are_left": _("Bu kod için deneme hakkınız var."),
}
