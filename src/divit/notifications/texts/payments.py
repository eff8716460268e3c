"""What is told of payments; placeholders: {amount}, {reference}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "payment_received": Notice(
        sms_tr="{reference} başvurunuz için {amount} ödemeniz alındı. Makbuzunuz Online İşlemler'de.",
        sms_en="We received your payment of {amount} for application {reference}. Your receipt is online.",
        subject_tr="Ödemeniz alındı",
        subject_en="Your payment was received",
        mail_tr="{reference} numaralı başvurunuz için {amount} tutarındaki ödemeniz alındı ve başvurunuza işlendi.\n\n"
        "Makbuzunuzu başvurunuzun durum sayfasından indirebilirsiniz.",
        mail_en="Your payment of {amount} for application {reference} was received and applied to your application.\n\n"
        "You can download the receipt from the status page of your application.",
    ),
    "payment_turned_away": Notice(
        sms_tr="{reference} başvurusu için bankanın aldığı {amount} kabul edilmedi; kartınıza iade ediyoruz.",
        sms_en="The {amount} that the bank took for application {reference} was not needed; we are returning it.",
        subject_tr="Fazladan alınan tutar iade ediliyor",
        subject_en="A payment is being returned to you",
        mail_tr="{reference} numaralı başvuru için bankanın aldığı {amount} tutarındaki ödeme kabul edilmedi (borç "
        "daha önce ödenmiş, silinmiş ya da ödeme kurallara uymamış olabilir). Tutarı kartınıza kendiliğinden iade "
        "ediyoruz; sizin bir şey yapmanız gerekmiyor.",
        mail_en="The payment of {amount} that the bank took for application {reference} was not accepted (the debt had "
        "already been paid or cancelled, or the payment did not meet the rules). We are returning it to your card; "
        "you need not do anything.",
    ),
    "payment_refund_begun": Notice(
        sms_tr="{reference} başvurunuz için ödediğiniz {amount} kartınıza iade ediliyor.",
        sms_en="The {amount} that you paid for application {reference} is being returned to your card.",
        subject_tr="Ödemeniz iade ediliyor",
        subject_en="Your payment is being refunded",
        mail_tr="{reference} numaralı başvurunuz sona erdiği için ödediğiniz {amount} kartınıza iade ediliyor. İade "
        "tamamlandığında size haber vereceğiz.",
        mail_en="Your application {reference} has ended, so the {amount} that you paid is being returned to your card. "
        "We will tell you when it is done.",
    ),
    "payment_returned": Notice(
        sms_tr="{amount} tutarındaki iadeniz bankaya verildi ({reference}). Kartınıza yansıması bankanıza bağlıdır.",
        sms_en="Your refund of {amount} was handed to the bank ({reference}). When it shows depends on your bank.",
        subject_tr="İadeniz tamamlandı",
        subject_en="Your refund is done",
        mail_tr="{reference} numaralı başvuru için {amount} tutarındaki iade bankaya verildi. Kartınıza ne zaman "
        "yansıyacağı bankanıza bağlıdır; çoğu zaman birkaç iş günü sürer.",
        mail_en="The refund of {amount} for application {reference} was handed to the bank. When it shows on your card "
        "depends on your bank; it mostly takes a few working days.",
    ),
    "statement_ready": Notice(
        sms_tr="Kurumunuzun {reference} numaralı hesap özeti hazır: {amount}. Yetkili masasında görebilirsiniz.",
        sms_en="Statement {reference} of your institution is ready: {amount}. See it at the officer's desk.",
        subject_tr="Kurumunuzun hesap özeti hazır ({reference})",
        subject_en="Your institution's statement is ready ({reference})",
        mail_tr="Kurumunuzun geçen ay üretilen sertifikalarının hesap özeti hazır: {reference}, toplam {amount}.\n\n"
        "Ayrıntılarını kurum yetkilisi masasındaki «Hesap özetleri» sayfasında görür, ödenecek bir tutar varsa oradan "
        "kartla ödeyebilirsiniz.",
        mail_en="The statement of the certificates made for your institution last month is ready: {reference}, "
        "{amount} in all.\n\nThe page of statements at the officer's desk has the details; what is due can be paid "
        "there by card.",
    ),
    "statement_payment_received": Notice(
        sms_tr="{reference} numaralı hesap özetiniz için {amount} ödeme alındı. Makbuzu yetkili masasında.",
        sms_en="We received the payment of {amount} for statement {reference}. The receipt is at the officer's desk.",
        subject_tr="Kurumunuzun ödemesi alındı",
        subject_en="Your institution's payment was received",
        mail_tr="{reference} numaralı hesap özeti için {amount} tutarındaki ödeme alındı.\n\n"
        "Makbuzu kurum yetkilisi masasında, özetin sayfasından indirebilirsiniz.",
        mail_en="The payment of {amount} for statement {reference} was received.\n\n"
        "You can download the receipt from the page of the statement at the officer's desk.",
    ),
    "statement_payment_turned_away": Notice(
        sms_tr="{reference} hesap özeti için bankanın aldığı {amount} kabul edilmedi; karta iade ediyoruz.",
        sms_en="The {amount} that the bank took for statement {reference} was not needed; we are returning it.",
        subject_tr="Fazladan alınan tutar iade ediliyor",
        subject_en="A payment is being returned to you",
        mail_tr="{reference} numaralı hesap özeti için bankanın aldığı {amount} tutarındaki ödeme kabul edilmedi (özet "
        "daha önce ödenmiş ya da ödeme kurallara uymamış olabilir). Tutarı karta kendiliğinden iade ediyoruz; sizin "
        "bir şey yapmanız gerekmiyor.",
        mail_en="The payment of {amount} that the bank took for statement {reference} was not accepted (the statement "
        "had already been paid, or the payment did not meet the rules). We are returning it to the card; you need not "
        "do anything.",
    ),
    "statement_payment_returned": Notice(
        sms_tr="{amount} tutarındaki iade bankaya verildi ({reference}). Karta yansıması bankaya bağlıdır.",
        sms_en="The refund of {amount} was handed to the bank ({reference}). When it shows depends on the bank.",
        subject_tr="İade tamamlandı",
        subject_en="The refund is done",
        mail_tr="{reference} numaralı hesap özeti için {amount} tutarındaki iade bankaya verildi. Karta ne zaman "
        "yansıyacağı bankaya bağlıdır; çoğu zaman birkaç iş günü sürer.",
        mail_en="The refund of {amount} for statement {reference} was handed to the bank. When it shows on the card "
        "depends on the bank; it mostly takes a few working days.",
    ),
}
