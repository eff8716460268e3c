"""What somebody is told where they were reached before, when their contact data changes."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "contact_changed": Notice(
        sms_tr="Divit'teki e-posta adresiniz ya da bilgi kanalınız değişti. Siz değiştirmediyseniz hemen bize haber "
        "verin.",
        sms_en="Your e-mail address or how we reach you has changed at Divit. If this was not you, tell us at once.",
        subject_tr="İletişim bilgileriniz değişti",
        subject_en="Your contact data changed",
        mail_tr="Divit'teki e-posta adresiniz ya da bilgi kanalınız değişti; bundan sonraki bildirimler yenisine "
        "gidecek.\n\nBunu siz yapmadıysanız hemen bize haber verin.",
        mail_en="Your e-mail address or how we reach you has changed at Divit; later notices will go there.\n\n"
        "If this was not you, tell us at once.",
    ),
}
