"""What the holder is told of a certificate; placeholders: {serial}, {at}, {reason}."""

from divit.notifications.texts.notice import Notice

_NOT_YOU_TR = "Bu işlemi siz yapmadıysanız hemen bize haber verin."
_NOT_YOU_EN = "If this was not you, tell us at once."

NOTICES = {
    "certificate_suspended": Notice(
        sms_tr="Sertifikanız {at} itibarıyla askıya alındı. " + _NOT_YOU_TR,
        sms_en="Your certificate was suspended on {at}. " + _NOT_YOU_EN,
        subject_tr="Sertifikanız askıya alındı",
        subject_en="Your certificate is suspended",
        mail_tr="{serial} seri numaralı nitelikli elektronik sertifikanız {at} itibarıyla askıya alındı. Askıda olduğu "
        "sürece onunla atılan imzalar geçerli sayılmaz.\n\nKartınızı bulursanız Online İşlemler sayfasından "
        "sertifikanızı askıdan indirebilirsiniz. Bulma ihtimaliniz kalmadıysa iptal edip yeni sertifika için "
        "başvurabilirsiniz.\n\n" + _NOT_YOU_TR,
        mail_en="Your qualified certificate with serial number {serial} was suspended on {at}. While it is suspended, "
        "signatures made with it do not count as valid.\n\nIf you find your card, you can lift the suspension under "
        "Online Transactions. If there is no chance of finding it, revoke the certificate and apply for "
        "a new one.\n\n" + _NOT_YOU_EN,
    ),
    "certificate_reinstated": Notice(
        sms_tr="Sertifikanız {at} itibarıyla askıdan indirildi ve yeniden geçerli. " + _NOT_YOU_TR,
        sms_en="The suspension of your certificate was lifted on {at}; it is valid again. " + _NOT_YOU_EN,
        subject_tr="Sertifikanız askıdan indirildi",
        subject_en="Your certificate is valid again",
        mail_tr="{serial} seri numaralı nitelikli elektronik sertifikanız {at} itibarıyla askıdan indirildi ve yeniden "
        "geçerli.\n\n" + _NOT_YOU_TR + " Sertifikanızı Online İşlemler sayfasından da hemen askıya alabilirsiniz.",
        mail_en="The suspension of your qualified certificate with serial number {serial} was lifted on {at}; it is "
        "valid again.\n\n" + _NOT_YOU_EN + " You can also suspend it at once under Online Transactions.",
    ),
    "certificate_reinstated_by_centre": Notice(
        sms_tr="Sertifika merkezi, sertifikanızı {at} itibarıyla askıdan indirdi; yeniden geçerli. Gerekçe: {reason}. "
        "Kart sizde değilse hemen askıya alın.",
        sms_en="The certification centre lifted the suspension of your certificate on {at}; it is valid again. Reason: "
        "{reason}. If you do not have the card, suspend it at once.",
        subject_tr="Sertifika merkezi sertifikanızı askıdan indirdi",
        subject_en="The certification centre lifted the suspension of your certificate",
        mail_tr="{serial} seri numaralı nitelikli elektronik sertifikanız, merkezin iki görevlisinin kararıyla {at} "
        "itibarıyla askıdan indirildi ve yeniden geçerli.\n\nGerekçe: {reason}\n\nKart sizde değilse ya da bunda bir "
        "yanlışlık varsa sertifikanızı Online İşlemler sayfasından hemen askıya alın ve bize haber verin.",
        mail_en="By decision of two members of the certification centre's staff, the suspension of your qualified "
        "certificate with serial number {serial} was lifted on {at}; it is valid again.\n\nReason given: {reason}\n\n"
        "If you do not have the card, or if this is a mistake, suspend the certificate at once under Online "
        "Transactions and tell us.",
    ),
    "certificate_revoked": Notice(
        sms_tr="Sertifikanız {at} itibarıyla iptal edildi; yeniden açılamaz. " + _NOT_YOU_TR,
        sms_en="Your certificate was revoked on {at}; it cannot be opened again. " + _NOT_YOU_EN,
        subject_tr="Sertifikanız iptal edildi",
        subject_en="Your certificate is revoked",
        mail_tr="{serial} seri numaralı nitelikli elektronik sertifikanız {at} itibarıyla iptal edildi. İptal edilen "
        "sertifika yeniden açılamaz. İptalden önce attığınız imzalar bundan etkilenmez.\n\nYeni bir sertifika için "
        "Online İşlemler sayfasından başvurabilirsiniz.\n\n" + _NOT_YOU_TR,
        mail_en="Your qualified certificate with serial number {serial} was revoked on {at}. A revoked certificate "
        "cannot be opened again. Signatures that you made before are not affected.\n\nYou can apply for a new one "
        "under Online Transactions.\n\n" + _NOT_YOU_EN,
    ),
    "certificate_replaced": Notice(
        sms_tr="Yeni sertifikanız üretildi; aynı kurumdan aldığınız eski sertifikanız {at} itibarıyla iptal edildi.",
        sms_en="Your new certificate was made; your earlier one of the same institution was revoked on {at}.",
        subject_tr="Eski sertifikanız iptal edildi",
        subject_en="Your earlier certificate is revoked",
        mail_tr="Yeni sertifikanız üretildiği için aynı kurumdan aldığınız {serial} seri numaralı sertifikanız {at} "
        "itibarıyla iptal edildi. Başvurunuzda bunu onaylamıştınız. İptalden önce attığınız imzalar bundan "
        "etkilenmez.",
        mail_en="Because your new certificate was made, your certificate {serial} of the same institution was revoked "
        "on {at}, as you accepted when you applied. Signatures that you made before are not affected.",
    ),
    "certificate_authority_compromised": Notice(
        sms_tr="Güvenlik nedeniyle sertifikanız {at} itibarıyla iptal edildi. Kartınızda bir sorun yok; size ücretsiz "
        "yeni bir sertifika hazırlanacak. Yeni adımları ayrıca bildireceğiz.",
        sms_en="For security reasons your certificate was revoked on {at}. Nothing is wrong with your card; a new "
        "certificate will be made for you at no charge. We will tell you the next steps.",
        subject_tr="Sertifikanız güvenlik nedeniyle iptal edildi",
        subject_en="Your certificate was revoked for security reasons",
        mail_tr="Sertifikaları imzaladığımız anahtarlardan birinin güvenliğinden artık emin olamadığımız için, o "
        "anahtarla imzalanmış bütün sertifikalar gibi {serial} seri numaralı nitelikli elektronik sertifikanız da {at} "
        "itibarıyla iptal edildi. Bu, sizin kartınızla ya da PIN kodunuzla ilgili değildir.\n\nİptalden önce attığınız "
        "ve zaman damgası taşıyan imzalar bundan etkilenmez. Size ücretsiz yeni bir sertifika hazırlanacak; şimdi "
        "bir şey yapmanız gerekmiyor.\n\nBu konuda sizi arayıp PIN kodunuzu ya da kartınızı isteyen kimseye inanmayın.",
        mail_en="We can no longer be sure of one of the keys with which we sign certificates. Like all certificates "
        "signed with it, your qualified certificate with serial number {serial} was therefore revoked on {at}. This "
        "has nothing to do with your card or your PIN.\n\nTime-stamped signatures that you made before are not "
        "affected. A new certificate will be made for you at no charge; you need not do anything now.\n\nDo not "
        "believe anybody who calls you about this and asks for your PIN or your card.",
    ),
    "certificate_spoiled": Notice(
        sms_tr="Kartınız size ulaşmadan bir aksaklık oldu; size ücretsiz yeni bir kart hazırlıyoruz.",
        sms_en="Something went wrong before your card reached you; we are making you a new one at no charge.",
        subject_tr="Kartınızı yeniden hazırlıyoruz",
        subject_en="We are making your card again",
        mail_tr="Kartınız size ulaşmadan bir aksaklık oldu. Karttaki {serial} seri numaralı sertifika {at} "
        "itibarıyla iptal edildi; yeni kartınız ve sertifikanız ücretsiz olarak hazırlanıyor. Sizin bir şey yapmanız "
        "gerekmiyor.",
        mail_en="Something went wrong before your card reached you. The certificate {serial} was revoked on {at}; a "
        "new card and certificate are being made at no charge. You need not do anything.",
    ),
    "certificate_lost_on_the_way": Notice(
        sms_tr="Kartınız kurumunuza giderken kayboldu. Sertifikasını iptal ettik; size ücretsiz yeni bir kart "
        "hazırlıyoruz.",
        sms_en="Your card was lost on its way to your institution. Its certificate was revoked; we are making you a "
        "new card at no charge.",
        subject_tr="Kartınız kayboldu, yenisini hazırlıyoruz",
        subject_en="Your card was lost; we are making you a new one",
        mail_tr="Kartınız kurumunuza giderken kayboldu. Kartın PIN kodu kimseye verilmediği için kart kullanılamaz; "
        "yine de {serial} seri numaralı sertifika {at} itibarıyla iptal edildi. Yeni kartınız ve sertifikanız "
        "ücretsiz olarak hazırlanıyor. Sizin bir şey yapmanız gerekmiyor.",
        mail_en="Your card was lost on its way to your institution. Nobody was given its PIN, so it cannot be used; "
        "the certificate {serial} was revoked on {at} all the same. A new card and certificate are being made at no "
        "charge. You need not do anything.",
    ),
    "certificate_issued": Notice(
        sms_tr="Adınıza nitelikli elektronik sertifika üretildi ({at}). Böyle bir başvurunuz yoksa hemen bize haber "
        "verin.",
        sms_en="A qualified certificate was made in your name ({at}). If you did not apply for one, tell us at once.",
        subject_tr="Adınıza nitelikli elektronik sertifika üretildi",
        subject_en="A qualified certificate was made in your name",
        mail_tr="Adınıza {serial} seri numaralı nitelikli elektronik sertifika {at} itibarıyla üretildi. Kartınız "
        "kuryeyle adresinize gönderilecek ve yalnızca kimliğinizle size teslim edilecek.\n\nBöyle bir başvurunuz yoksa "
        "sertifikayı Online İşlemler sayfasından hemen askıya alın ve bize haber verin.",
        mail_en="A qualified certificate with serial number {serial} was made in your name on {at}. Your card will be "
        "sent to your address by courier and handed over only to you, against proof of identity.\n\nIf you did not "
        "apply for one, suspend it at once under Online Transactions and tell us.",
    ),
}
