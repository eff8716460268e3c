"""What a holder is told before a certificate ends; placeholders: {institution}, {until}, {apply_from},
{produced_from}, {link}.
"""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "certificate_ends": Notice(
        sms_tr="E-imza sertifikanız {until} günü bitiyor. Yenilemek için: {link}",
        sms_en="Your e-signature certificate ends on {until}. To renew it: {link}",
        subject_tr="E-imza sertifikanız {until} günü bitiyor",
        subject_en="Your e-signature certificate ends on {until}",
        mail_tr="{institution} üzerinden aldığınız nitelikli elektronik sertifika {until} günü bitiyor; ondan sonra "
        "onunla imza atamazsınız.\n\nYenileme başvurusu: {link}\nBaşvuru {apply_from} gününden itibaren yapılabilir; "
        "yeni kartınız en erken {produced_from} gününde üretime alınır. Yenileme eski sertifikanızı iptal etmez: "
        "ikisi bir arada kullanılabilir, eskisi kendi gününde biter.\n\nSertifikanızın bedelini kurumunuz ödüyorsa "
        "önce kurumunuzun e-imza temsilcisine sorun; ödemeyi siz yapacaksanız yukarıdaki bağlantıdan başvurun.",
        mail_en="The qualified certificate that you obtained through {institution} ends on {until}; after that you "
        "can no longer sign with it.\n\nTo apply for its renewal: {link}\nYou can apply from {apply_from} on; your "
        "new card is taken into production on {produced_from} at the earliest. A renewal does not revoke your present "
        "certificate: you can use both, and the old one ends on its own day.\n\nIf your institution pays for your "
        "certificate, ask its e-signature representative first; if you pay yourself, apply by the link above.",
    ),
    "certificate_ends_on_hold": Notice(
        sms_tr="Askıdaki e-imza sertifikanız {until} günü bitiyor; askıdayken yenilenmez. Kart elinizdeyse önce "
        "askıdan indirin, değilse yeni kart için başvurun: {link}",
        sms_en="Your suspended e-signature certificate ends on {until} and is not renewed while suspended. Lift the "
        "suspension first, or apply for a new card: {link}",
        subject_tr="Askıdaki sertifikanız {until} günü bitiyor",
        subject_en="Your suspended certificate ends on {until}",
        mail_tr="{institution} üzerinden aldığınız nitelikli elektronik sertifika askıda ve {until} günü bitiyor. "
        "Askıda olduğu sürece yenilenmez.\n\nKart elinizdeyse Online İşlemler'de önce askıdan indirin, sonra "
        "yenileyin. Kartı bulamıyorsanız kayıp kart için başvurun.\n\nBaşvuru: {link}\nYenileme başvurusu "
        "{apply_from} gününden itibaren yapılabilir; yeni kart en erken {produced_from} gününde üretime alınır. "
        "Yenileme hiçbir sertifikanızı iptal etmez.",
        mail_en="The qualified certificate that you obtained through {institution} is suspended and ends on {until}. "
        "It is not renewed while it is suspended.\n\nIf you have the card, lift the suspension under Online "
        "Transactions first, then renew. If you cannot find the card, apply for a new one.\n\nTo apply: {link}\nA "
        "renewal can be applied for from {apply_from} on; the new card is taken into production on {produced_from} at "
        "the earliest. A renewal revokes none of your certificates.",
    ),
    "certificate_ends_held_by_others": Notice(
        sms_tr="Kurumunuzun ya da merkezin askıya aldığı e-imza sertifikanız {until} günü bitiyor. Yenileme için "
        "önce kurumunuzun yetkilisine başvurun.",
        sms_en="Your e-signature certificate, suspended by your institution or the centre, ends on {until}. To renew "
        "it, turn to your institution's officer first.",
        subject_tr="Askıdaki sertifikanız {until} günü bitiyor",
        subject_en="Your suspended certificate ends on {until}",
        mail_tr="{institution} üzerinden aldığınız nitelikli elektronik sertifikayı kurumunuz ya da merkez askıya "
        "aldı; {until} günü bitiyor. Askıda olduğu sürece yenilenmez ve siz tek başınıza açamazsınız.\n\nÇalışmayı "
        "sürdürüyorsanız kurumunuzun yetkilisine başvurun; askı gerekçesi kalkınca {apply_from} gününden itibaren "
        "yenileme için başvurabilirsiniz: {link}",
        mail_en="The qualified certificate that you obtained through {institution} was suspended by your institution "
        "or by the centre and ends on {until}. It is not renewed while it is suspended, and you cannot lift that "
        "alone.\n\nIf you go on working there, turn to your institution's officer; once the cause is withdrawn you "
        "can apply for the renewal from {apply_from} on: {link}",
    ),
}
