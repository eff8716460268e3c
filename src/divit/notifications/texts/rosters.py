"""What is told where an institution pays; placeholders: {institution}, {until}, {reason}, {reference}, {count}.

An invitation goes to addresses that the institution wrote and that may be somebody else's: it names nobody.
"""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "institution_invitation": Notice(
        sms_tr="{institution} sizin için e-imza sertifikası istedi; ücretini kurum öder. {until} gününe kadar Online "
        "İşlemler'e e-Devlet ile girip başvurunuzu tamamlayın.",
        sms_en="{institution} asked for an e-signature certificate for you and pays for it. Sign in to Online İşlemler "
        "through e-Devlet by {until} and complete your application.",
        subject_tr="Kurumunuz sizin için sertifika istedi",
        subject_en="Your institution asked for a certificate for you",
        mail_tr="{institution} sizin için nitelikli elektronik sertifika istedi. Ücretini kurum öder; sizden ödeme "
        "istenmez.\n\nOnline İşlemler'e e-Devlet ile girin: daveti açılış sayfasında görürsünüz. Kurumun bilmediği "
        "birkaç bilgiyi tamamlayıp telefonunuzu doğrularsınız. Davet {until} gününe kadar geçerlidir.\n\n"
        "Bu ileti size yanlışlıkla geldiyse bir şey yapmanız gerekmez.",
        mail_en="{institution} asked for a qualified electronic certificate for you. The institution pays; nothing is "
        "asked from you.\n\nSign in to Online İşlemler (online services) through e-Devlet: the invitation is "
        "on the first page. You complete the few things that the institution does not know and prove your phone. The "
        "invitation stands until {until}.\n\nIf this message reached you by mistake, you need not do anything.",
    ),
    "institution_invitation_waits": Notice(
        sms_tr="{institution} tarafından istenen e-imza sertifikası sizi bekliyor. Online İşlemler'e e-Devlet ile "
        "girip {until} gününe kadar başlayın.",
        sms_en="The e-signature certificate asked for by {institution} waits for you. Sign in to Online İşlemler "
        "through e-Devlet and begin by {until}.",
        subject_tr="Kurumunuzun istediği sertifika sizi bekliyor",
        subject_en="The certificate your institution asked for waits for you",
        mail_tr="{institution} sizin için sertifika istemişti; başvuruya henüz başlamadınız. Online İşlemler'e "
        "e-Devlet ile girip {until} gününe kadar başlamazsanız davetin süresi dolar.",
        mail_en="{institution} asked for a certificate for you, and you have not begun yet. Sign in to Online İşlemler "
        "(online services) through e-Devlet; if you do not begin by {until}, the invitation expires.",
    ),
    "institution_request_expired": Notice(
        sms_tr="{institution} tarafından istenen e-imza sertifikası için davetin süresi doldu. Gerekiyorsa kurumunuz "
        "yeniden isteyebilir.",
        sms_en="The invitation for the e-signature certificate asked for by {institution} has expired. The institution "
        "can ask again if needed.",
        subject_tr="Sertifika davetinizin süresi doldu",
        subject_en="Your certificate invitation has expired",
        mail_tr="{institution} tarafından istenen sertifika için {until} gününe kadar başvuruya başlanmadı; davetin "
        "süresi doldu. Sertifika hâlâ gerekiyorsa kurumunuz yeniden isteyebilir.",
        mail_en="Nobody began the application for the certificate that {institution} asked for by {until}; the "
        "invitation has expired. If the certificate is still needed, the institution can ask for it again.",
    ),
    "institution_request_refused": Notice(
        sms_tr="{institution} sizin için yapılan sertifika talebini onaylamadı. Nedenini Online İşlemler'de okuyun.",
        sms_en="{institution} did not approve the certificate request made for you. Read why under Online İşlemler.",
        subject_tr="Kurumunuz sertifika talebini onaylamadı",
        subject_en="Your institution did not approve the certificate request",
        mail_tr="{institution} sizin için yapılan sertifika talebini onaylamadı. Nedeni:\n\n{reason}\n\n"
        "Başvurunuza başlamışsanız o da kapandı. Sorularınız için kurumunuza başvurun.",
        mail_en="{institution} did not approve the certificate request made for you. The reason, as written by the "
        "institution:\n\n{reason}\n\nIf you had begun your application, it has closed too. Ask your institution.",
    ),
    "institution_request_withdrawn": Notice(
        sms_tr="{institution} sizin için yaptığı sertifika talebini geri çekti. Nedenini Online İşlemler'de okuyun.",
        sms_en="{institution} withdrew the certificate request made for you. Read why under Online İşlemler.",
        subject_tr="Kurumunuz sertifika talebini geri çekti",
        subject_en="Your institution withdrew the certificate request",
        mail_tr="{institution} sizin için yaptığı sertifika talebini geri çekti. Nedeni:\n\n{reason}\n\n"
        "Başvurunuza başlamışsanız o da kapandı. Sorularınız için kurumunuza başvurun.",
        mail_en="{institution} withdrew the certificate request made for you. The reason, as written by the "
        "institution:\n\n{reason}\n\nIf you had begun your application, it has closed too. Ask your institution.",
    ),
    "roster_waits_for_approval": Notice(
        sms_tr="{institution}: {count} kişilik sertifika talebi yetkili onayını bekliyor. Masalar sayfasından "
        "onaylayabilirsiniz.",
        sms_en="{institution}: certificate requests for {count} people wait for an officer's approval. You can approve "
        "them from the desks page.",
        subject_tr="Onayınızı bekleyen sertifika talepleri var",
        subject_en="Certificate requests wait for your approval",
        mail_tr="{institution} için {count} kişilik bir liste yüklendi; talepler yetkili onayını bekliyor. Listeyi "
        "yükleyen kişi onaylayamaz. Masalar sayfasında kurum yetkilisi masasından inceleyip onaylayabilir ya da "
        "gerekçesiyle reddedebilirsiniz.",
        mail_en="A list of {count} people was uploaded for {institution}; the requests wait for an officer's approval. "
        "Whoever uploaded the list cannot approve it. At the officer's desk you can look at them and approve them, or "
        "refuse them with a reason.",
    ),
    "invited_application_submitted": Notice(
        sms_tr="{reference} numaralı sertifika başvurunuz alındı; ücretini kurumunuz öder. Sırada ne olduğunu Online "
        "İşlemler'den izleyin.",
        sms_en="Your certificate application {reference} was received; your institution pays for it. Follow it under "
        "Online İşlemler.",
        subject_tr="Sertifika başvurunuz alındı ({reference})",
        subject_en="Your certificate application was received ({reference})",
        mail_tr="{institution} için {reference} numaralı sertifika başvurunuz alındı. Ücretini kurumunuz öder; sizden "
        "ödeme istenmez.\n\nİmzalı form gerekiyor mu, kurumunuz onayladı mı, kim bekleniyor: hepsini Online "
        "İşlemler'deki başvuru durumu sayfasında görürsünüz. Eksikler {until} gününe kadar tamamlanmazsa başvuru "
        "kendiliğinden kapanır.",
        mail_en="Your certificate application {reference} through {institution} was received. Your institution pays; "
        "nothing is asked from you.\n\nWhether a signed form is needed, whether your institution has approved, and who "
        "is waited for: the status page under Online İşlemler (online services) shows it all. If something is still "
        "missing after {until}, the application closes by itself.",
    ),
    "invited_application_released": Notice(
        sms_tr="{reference} numaralı başvurunuz tamamlandı ve üretime verildi.",
        sms_en="Your application {reference} is complete and was handed to production.",
        subject_tr="Başvurunuz üretime verildi ({reference})",
        subject_en="Your application was handed to production ({reference})",
        mail_tr="{reference} numaralı başvurunuzun bütün koşulları tamamlandı, kurumunuzun onayı da geldi; kartınız "
        "üretim sırasında.\n\nÜretim başlayana kadar başvurudan vazgeçebilirsiniz.",
        mail_en="Everything your application {reference} needed is complete, your institution's approval included; "
        "your card is queued for production.\n\nUntil production begins you can withdraw.",
    ),
    "invited_application_waits": Notice(
        sms_tr="{reference} numaralı başvurunuzda eksikler var. {until} gününe kadar tamamlanmazsa başvuru kapanır.",
        sms_en="Something is missing in your application {reference}. If it is not complete by {until}, it closes.",
        subject_tr="Başvurunuzda eksikler var ({reference})",
        subject_en="Something is missing in your application ({reference})",
        mail_tr="{reference} numaralı başvurunuz için beklenenler var: imzalı form, kurumunuzun onayı ya da eski "
        "sertifikanızın kapatılması. Kimin beklendiğini başvuru durumu sayfasında görürsünüz. Eksikler {until} gününe "
        "kadar tamamlanmazsa başvuru kapanır.",
        mail_en="Your application {reference} is waiting for something: the signed form, your institution's approval, "
        "or the closing of your old certificate. The status page shows who is waited for. If it is not complete by "
        "{until}, the application closes.",
    ),
}
