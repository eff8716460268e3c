"""What the applicant is told; placeholders: {reference}, {institution}, {until}, {reason}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "application_submitted": Notice(
        sms_tr="{reference} numaralı sertifika başvurunuz alındı. Formu yazdırıp imzalayın; durumu Online İşlemler'den "
        "izleyin.",
        sms_en="Your certificate application {reference} was received. Print and sign the form; follow it under Online "
        "İşlemler.",
        subject_tr="Sertifika başvurunuz alındı ({reference})",
        subject_en="Your certificate application was received ({reference})",
        mail_tr="{institution} için {reference} numaralı sertifika başvurunuz alındı.\n\nŞimdi formu yazdırıp "
        "mürekkepli kalemle imzalayın ve teslim edin; ücreti ödeyin. Hangisinin sırada olduğunu ve neyin beklendiğini "
        "Online İşlemler'deki başvuru durumu sayfasında görürsünüz. Eksikler {until} gününe kadar tamamlanmazsa "
        "başvuru kendiliğinden kapanır.",
        mail_en="Your certificate application {reference} through {institution} was received.\n\nNow print the "
        "application form, sign it in ink and hand it in; pay the fee. The status page under Online İşlemler (online "
        "services) shows what comes next and what is awaited. If something is still missing after {until}, the "
        "application closes by itself.",
    ),
    "application_changed_contact": Notice(
        sms_tr="{reference} numaralı başvuruyla iletişim bilgileriniz değişti. Siz değiştirmediyseniz hemen bize haber "
        "verin.",
        sms_en="Your contact data changed with application {reference}. If this was not you, tell us at once.",
        subject_tr="İletişim bilgileriniz değişti",
        subject_en="Your contact data changed",
        mail_tr="{reference} numaralı sertifika başvurusunda başka bir telefon ya da e-posta adresi verildi. Bundan "
        "sonraki bildirimler oraya gidecek.\n\nBu başvuruyu siz yapmadıysanız hemen bize haber verin.",
        mail_en="Another phone number or e-mail address was given in certificate application {reference}. Later "
        "notices will go there.\n\nIf you did not make this application, tell us at once.",
    ),
    "application_form_received": Notice(
        sms_tr="{reference} numaralı başvurunuzun imzalı formu teslim alındı.",
        sms_en="The signed form of your application {reference} was received.",
        subject_tr="İmzalı formunuz teslim alındı ({reference})",
        subject_en="Your signed form was received ({reference})",
        mail_tr="{reference} numaralı başvurunuzun imzalı formu teslim alındı. Kalan adımları Online İşlemler'deki "
        "başvuru durumu sayfasında görebilirsiniz.",
        mail_en="The signed form of your application {reference} was received. The remaining steps are on the status "
        "page under Online İşlemler (online services).",
    ),
    "application_form_returned": Notice(
        sms_tr="{reference} numaralı başvurunuzun formu teslim alınamadı. Nedenini başvuru durumu sayfasında okuyun.",
        sms_en="The form of your application {reference} could not be taken in. Read why on the status page.",
        subject_tr="Başvuru formunuz teslim alınamadı ({reference})",
        subject_en="Your application form could not be taken in ({reference})",
        mail_tr="{reference} numaralı başvurunuzun formu teslim alınamadı. Nedeni:\n\n{reason}\n\nGerekeni düzeltip "
        "formu yeniden teslim edin. Başvurunuz sürüyor.",
        mail_en="The form of your application {reference} could not be taken in. The reason, as written by the "
        "institution:\n\n{reason}\n\nPut it right and hand the form in again. Your application goes on.",
    ),
    "application_fee_due": Notice(
        sms_tr="{reference} numaralı başvurunuzun ücretini artık ödeyebilirsiniz: Online İşlemler, başvuru durumu.",
        sms_en="You can now pay the fee of your application {reference}: Online İşlemler, application status.",
        subject_tr="Başvuru ücretinizi ödeyebilirsiniz ({reference})",
        subject_en="You can now pay your application fee ({reference})",
        mail_tr="İmzalı formunuz geldiği için {reference} numaralı başvurunuzun ücreti tahakkuk etti. Ücreti Online "
        "İşlemler'deki başvuru durumu sayfasından kartla ödeyebilirsiniz.",
        mail_en="Since your signed form has arrived, the fee of your application {reference} is now due. You can pay "
        "it by card from the status page under Online İşlemler (online services).",
    ),
    "application_released": Notice(
        sms_tr="{reference} numaralı başvurunuz tamamlandı ve üretime verildi.",
        sms_en="Your application {reference} is complete and was handed to production.",
        subject_tr="Başvurunuz üretime verildi ({reference})",
        subject_en="Your application was handed to production ({reference})",
        mail_tr="{reference} numaralı başvurunuzun bütün koşulları tamamlandı; kartınız üretim sırasında.\n\nÜretim "
        "başlayana kadar başvurudan vazgeçebilirsiniz; ücret geri ödenir. Üretim başladıktan sonra ücret iade edilmez.",
        mail_en="Everything your application {reference} needed is complete; your card is queued for production.\n\n"
        "Until production begins you can withdraw, and the fee is refunded. Once it has begun the fee is not refunded.",
    ),
    "application_withdrawn": Notice(
        sms_tr="{reference} numaralı başvurunuzdan vazgeçtiniz. Ödediğiniz ücret varsa kartınıza iade edilecek.",
        sms_en="You withdrew your application {reference}. Any fee you paid will be refunded to your card.",
        subject_tr="Başvurunuzdan vazgeçtiniz ({reference})",
        subject_en="You withdrew your application ({reference})",
        mail_tr="{reference} numaralı başvurunuzdan vazgeçtiniz. Ödediğiniz ücret varsa, ödeme yaptığınız karta iade "
        "edilecek.\n\nBunu siz yapmadıysanız hemen bize haber verin.",
        mail_en="You withdrew your application {reference}. Any fee you paid will be refunded to the card you paid "
        "with.\n\nIf this was not you, tell us at once.",
    ),
    "application_rejected": Notice(
        sms_tr="{reference} numaralı başvurunuz reddedildi. Nedenini başvuru durumu sayfasında okuyun.",
        sms_en="Your application {reference} was rejected. Read why on the status page.",
        subject_tr="Başvurunuz reddedildi ({reference})",
        subject_en="Your application was rejected ({reference})",
        mail_tr="{reference} numaralı başvurunuz reddedildi. Nedeni:\n\n{reason}\n\nÖdediğiniz ücret varsa, ödeme "
        "yaptığınız karta iade edilecek.",
        mail_en="Your application {reference} was rejected. The reason, as written by the institution:\n\n{reason}\n\n"
        "Any fee you paid will be refunded to the card you paid with.",
    ),
    "application_draft_waits": Notice(
        sms_tr="Yarım kalan {reference} numaralı sertifika başvurunuz {until} gününe kadar saklanacak.",
        sms_en="Your unfinished certificate application {reference} will be kept until {until}.",
        subject_tr="Sertifika başvurunuz yarım kaldı ({reference})",
        subject_en="Your certificate application is unfinished ({reference})",
        mail_tr="{reference} numaralı sertifika başvurunuz yarım kaldı. Kaldığınız yerden Online İşlemler'de devam "
        "edebilirsiniz. Taslak {until} gününe kadar saklanır.",
        mail_en="Your certificate application {reference} is unfinished. You can go on where you left off under Online "
        "İşlemler (online services). The draft is kept until {until}.",
    ),
    "application_waits": Notice(
        sms_tr="{reference} numaralı başvurunuzda eksikler var. {until} gününe kadar tamamlanmazsa başvuru kapanır.",
        sms_en="Something is missing in your application {reference}. If it is not complete by {until}, it closes.",
        subject_tr="Başvurunuzda eksikler var ({reference})",
        subject_en="Something is missing in your application ({reference})",
        mail_tr="{reference} numaralı başvurunuz için beklenenler var: imzalı form, ödeme ya da eski sertifikanızın "
        "kapatılması. Neyin beklendiğini başvuru durumu sayfasında görürsünüz. Eksikler {until} gününe kadar "
        "tamamlanmazsa başvuru kapanır ve ödediğiniz ücret iade edilir.",
        mail_en="Your application {reference} is waiting for something: the signed form, the payment, or the closing "
        "of your old certificate. The status page shows what. If it is not complete by {until}, the application closes "
        "and any fee you paid is refunded.",
    ),
    "application_draft_lapsed": Notice(
        sms_tr="Yarım kalan {reference} numaralı sertifika başvurunuz kapandı.",
        sms_en="Your unfinished certificate application {reference} has closed.",
        subject_tr="Yarım kalan başvurunuz kapandı ({reference})",
        subject_en="Your unfinished application has closed ({reference})",
        mail_tr="{reference} numaralı sertifika başvurunuz uzun süre tamamlanmadığı için kapandı. Dilediğiniz zaman "
        "yeniden başvurabilirsiniz.",
        mail_en="Your certificate application {reference} was left unfinished for a long time and has closed. You can "
        "apply again whenever you wish.",
    ),
    "application_lapsed": Notice(
        sms_tr="{reference} numaralı başvurunuz süresi dolduğu için kapandı. Ödediğiniz ücret varsa iade edilecek.",
        sms_en="Your application {reference} has closed because its time ran out. Any fee you paid will be refunded.",
        subject_tr="Başvurunuzun süresi doldu ({reference})",
        subject_en="The time of your application ran out ({reference})",
        mail_tr="{reference} numaralı başvurunuzun eksikleri süresi içinde tamamlanmadı; başvuru kapandı. Ödediğiniz "
        "ücret varsa, ödeme yaptığınız karta iade edilecek. Dilediğiniz zaman yeniden başvurabilirsiniz.",
        mail_en="Your application {reference} was not completed in time and has closed. Any fee you paid will be "
        "refunded to the card you paid with. You can apply again whenever you wish.",
    ),
}
