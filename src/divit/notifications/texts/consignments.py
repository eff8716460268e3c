"""What holder and representative are told of cards that travel together: {reference}, {count}, {tracking_no}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "card_to_representative": Notice(
        sms_tr="E-imza kartınız kurumunuzun e-imza temsilcisine gönderildi. Ona ulaşınca size haber vereceğiz.",
        sms_en="Your e-signature card is on its way to your institution's e-signature representative. We will tell you "
        "when it is there.",
        subject_tr="Kartınız kurumunuza gönderildi",
        subject_en="Your card is on its way to your institution",
        mail_tr="E-imza kartınız, kurumunuzdaki öteki kartlarla birlikte e-imza temsilcisine gönderildi. Temsilci "
        "kartı teslim alınca size haber vereceğiz; kartınızı ondan kimliğinizle alırsınız.",
        mail_en="Your e-signature card was sent to your institution's e-signature representative together with those "
        "of your colleagues. We will tell you when the representative has it; you take it there with your identity "
        "card.",
    ),
    "card_with_representative": Notice(
        sms_tr="Kartınız kurumunuzun e-imza temsilcisinde; kimliğinizle alın.",
        sms_en="Your card is with your institution's e-signature representative; take it with your identity card.",
        subject_tr="Kartınız kurumunuzun e-imza temsilcisinde",
        subject_en="Your card is with your institution's representative",
        mail_tr="Kartınız kurumunuzun e-imza temsilcisinde; kimliğinizle alın.\n\nKart yalnızca size verilir. Aldıktan "
        "sonra PIN kodunuzu başvurunuzun Durum sayfasından görebilirsiniz.",
        mail_en="Your card is with your institution's e-signature representative; take it with your identity "
        "card.\n\nThe card is given to you only. After that you can get your PIN on the status page of your "
        "application.",
    ),
    "card_missing": Notice(
        sms_tr="E-imza kartınız kurumunuza gelen koliden çıkmadı; nerede olduğunu araştırıyoruz. Kartın PIN'i kimsede "
        "yok.",
        sms_en="Your e-signature card was not in the box that reached your institution; we are looking for it. Nobody "
        "has its PIN.",
        subject_tr="Kartınız koliden çıkmadı",
        subject_en="Your card was not in the box",
        mail_tr="Kurumunuza gelen kolide e-imza kartınız yoktu; nerede olduğunu araştırıyoruz. Kartın PIN kodu kimseye "
        "verilmedi, bu yüzden kart kullanılamaz. Bulunmazsa sertifikasını iptal eder, size ücretsiz yeni bir kart "
        "hazırlarız.",
        mail_en="The box that reached your institution did not contain your e-signature card; we are looking for it. "
        "Nobody was given its PIN, so it cannot be used. If it is not found, we revoke its certificate and make you a "
        "new card at no charge.",
    ),
    "card_sent_back": Notice(
        sms_tr="Kurumunuzun e-imza temsilcisi kartınızı sertifika merkezine geri gönderdi. Hâlâ gerekliyse bizi "
        "arayın.",
        sms_en="Your institution's e-signature representative sent your card back to the certification centre. Call "
        "us if you still need it.",
        subject_tr="Kartınız merkeze geri gönderildi",
        subject_en="Your card was sent back to the centre",
        mail_tr="Kartınızı kurumunuzun e-imza temsilcisi sertifika merkezine geri gönderdi. Kart hâlâ size gerekliyse "
        "bizi arayın; yeniden göndeririz ya da kimliğinizle gelip elden alırsınız.",
        mail_en="Your institution's e-signature representative sent your card back to the certification centre. If you "
        "still need it, call us; we send it again, or you collect it in person with your identity card.",
    ),
    "card_back_at_centre": Notice(
        sms_tr="E-imza kartınız sertifika merkezinde, güvende. Kimliğinizle gelip alabilirsiniz; yeniden göndermek "
        "için de sizinle görüşeceğiz.",
        sms_en="Your e-signature card is safe at the certification centre. You can collect it with your identity "
        "card, or we will arrange to send it again.",
        subject_tr="Kartınız merkezde",
        subject_en="Your card is at the centre",
        mail_tr="E-imza kartınız sertifika merkezine ulaştı ve güvende. Kimliğinizle gelip elden alabilirsiniz; "
        "yeniden göndermek için de sizinle görüşeceğiz.",
        mail_en="Your e-signature card has reached the certification centre and is safe. You can collect it in person "
        "with your identity card, or we will arrange to send it again.",
    ),
    "consignment_sent": Notice(
        sms_tr="Kurumunuzun {count} e-imza kartı {reference} kolisiyle size gönderildi. Gönderi no: {tracking_no}. "
        "Kurye kimliğinizi kontrol edecek.",
        sms_en="{count} e-signature cards of your institution are on their way to you in box {reference}. Tracking no: "
        "{tracking_no}. The courier will check your identity.",
        subject_tr="Kurumunuzun kartları yolda: {reference}",
        subject_en="Your institution's cards are on their way: {reference}",
        mail_tr="Kurumunuzun {count} e-imza kartı {reference} kolisiyle size gönderildi. Gönderi numarası: "
        "{tracking_no}\n\nKoli yalnızca size, kimliğiniz kontrol edilerek teslim edilir. Gelince e-imza temsilcisi "
        "masasından kartları tek tek sayıp teslim alın.",
        mail_en="{count} e-signature cards of your institution are on their way to you in box {reference}. Tracking "
        "number: {tracking_no}\n\nThe box is handed to you only, after your identity is checked. When it is there, "
        "count the cards one by one at the representative's desk.",
    ),
    "consignment_arrived": Notice(
        sms_tr="{reference} kolisi size teslim edildi. Kartları temsilci masasından tek tek sayın. Koliyi siz "
        "almadıysanız hemen bize haber verin.",
        sms_en="Box {reference} was handed to you. Count the cards one by one at the representative's desk. If you "
        "did not take it, tell us at once.",
        subject_tr="Koli size teslim edildi: {reference}",
        subject_en="The box was handed to you: {reference}",
        mail_tr="{reference} kolisi kimlik kontrolüyle size teslim edildi; içinde {count} kart olmalı. E-imza "
        "temsilcisi masasından kartları tek tek sayın; sahiplerine ondan sonra haber veririz.\n\nKoliyi siz "
        "almadıysanız hemen bize haber verin.",
        mail_en="Box {reference} was handed to you after an identity check; it should contain {count} cards. Count "
        "them one by one at the representative's desk; only then do we tell their holders.\n\nIf you did not take the "
        "box, tell us at once.",
    ),
}
