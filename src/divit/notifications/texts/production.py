"""What the holder is told of the card on its way; placeholders: {tracking_no}."""

from divit.notifications.texts.notice import Notice

_ID_TR = "Kart yalnızca size, kimliğiniz kontrol edilerek teslim edilir; kimlik kartınızı yanınızda bulundurun."
_ID_EN = "The card is handed to you only, after your identity is checked; keep your identity card at hand."

NOTICES = {
    "card_produced": Notice(
        sms_tr="E-imza kartınız üretildi. Kontrol edildikten sonra kuryeye verilecek.",
        sms_en="Your e-signature card has been produced. It goes to the courier after a final check.",
        subject_tr="Kartınız üretildi",
        subject_en="Your card has been produced",
        mail_tr="E-imza kartınız üretildi. İkinci bir çalışanımız kartı kontrol ettikten sonra kuryeye vereceğiz; "
        "gönderi numarasını ayrıca bildireceğiz.",
        mail_en="Your e-signature card has been produced. After a second member of our staff has checked it we hand it "
        "to the courier; you will get the tracking number then.",
    ),
    "parcel_handed_over": Notice(
        sms_tr="E-imza kartınız için kurye çağrıldı. Gönderi no: {tracking_no}. " + _ID_TR,
        sms_en="A courier was called for your e-signature card. Tracking no: {tracking_no}. " + _ID_EN,
        subject_tr="Kartınız için kurye çağrıldı",
        subject_en="A courier was called for your card",
        mail_tr="E-imza kartınız paketlendi ve kurye çağrıldı. Gönderi numaranız: {tracking_no}\n\n" + _ID_TR,
        mail_en="Your e-signature card is packed and a courier was called. Your tracking number: {tracking_no}\n\n"
        + _ID_EN,
    ),
    "parcel_on_the_way": Notice(
        sms_tr="E-imza kartınız dağıtıma çıktı ({tracking_no}). " + _ID_TR,
        sms_en="Your e-signature card is out for delivery ({tracking_no}). " + _ID_EN,
        subject_tr="Kartınız dağıtımda",
        subject_en="Your card is out for delivery",
        mail_tr="E-imza kartınız dağıtıma çıktı. Gönderi numaranız: {tracking_no}\n\n" + _ID_TR,
        mail_en="Your e-signature card is out for delivery. Your tracking number: {tracking_no}\n\n" + _ID_EN,
    ),
    "parcel_delivered": Notice(
        sms_tr="E-imza kartınız teslim edildi. PIN'inizi Durum sayfasından alabilirsiniz. Kartı siz almadıysanız "
        "sertifikanızı hemen askıya alın.",
        sms_en="Your e-signature card was delivered. Get your PIN on the status page. If you did not take the card, "
        "suspend your certificate at once.",
        subject_tr="Kartınız teslim edildi",
        subject_en="Your card was delivered",
        mail_tr="E-imza kartınız kimlik kontrolüyle teslim edildi.\n\nPIN ve PUK kodlarınızı başvurunuzun Durum "
        "sayfasından alabilirsiniz; kodlar size yalnızca bir kez verilir.\n\nKartı siz almadıysanız sertifikanızı "
        "Online İşlemler sayfasından hemen askıya alın ve bize haber verin.",
        mail_en="Your e-signature card was delivered after an identity check.\n\nYou can get your PIN and PUK on the "
        "status page of your application; they are given to you once only.\n\nIf you did not take the card, suspend "
        "your certificate under Online İşlemler (online services) at once and tell us.",
    ),
    "parcel_returned": Notice(
        sms_tr="E-imza kartınız teslim edilemedi ve bize geri döndü. Adresiniz yanlışsa Durum sayfasından değiştirin; "
        "yeniden göndereceğiz.",
        sms_en="Your e-signature card could not be delivered and came back to us. If the address is wrong, change it "
        "on the status page; we will send it again.",
        subject_tr="Kartınız teslim edilemedi",
        subject_en="Your card could not be delivered",
        mail_tr="E-imza kartınız ({tracking_no}) teslim edilemedi ve bize geri döndü. Kartınız bizde güvende. Yeniden "
        "gönderebiliriz ya da kimliğinizle gelip elden alabilirsiniz.\n\nKartın başka bir adrese gitmesini "
        "istiyorsanız başvurunuzun Durum sayfasından teslimat adresini değiştirin.",
        mail_en="Your e-signature card ({tracking_no}) could not be delivered and came back to us. It is safe with us. "
        "We can send it again, or you can collect it in person with your identity card.\n\nIf it should go to another "
        "address, change the delivery address on the status page of your application.",
    ),
    "parcel_address_refused": Notice(
        sms_tr="Kurye e-imza kartınızı verdiğiniz adrese götüremiyor. Durum sayfasından başka bir teslimat adresi "
        "yazın.",
        sms_en="The courier cannot take your e-signature card to the address you gave. Please enter another delivery "
        "address on the status page.",
        subject_tr="Kartınız bu adrese gidemiyor",
        subject_en="Your card cannot go to this address",
        mail_tr="E-imza kartınız hazır, ancak kurye firması verdiğiniz adrese teslimat yapmıyor.\n\nBaşvurunuzun Durum "
        "sayfasından başka bir teslimat adresi yazın; kartınız hemen yola çıkar.",
        mail_en="Your e-signature card is ready, but the courier does not deliver to the address you gave.\n\nEnter "
        "another delivery address on the status page of your application; your card then leaves at once.",
    ),
    "parcel_readdressed": Notice(
        sms_tr="E-imza kartınızın teslimat adresi değiştirildi. Değiştiren siz değilseniz sertifikanızı hemen askıya "
        "alın ve bize haber verin.",
        sms_en="The delivery address of your e-signature card was changed. If that was not you, suspend your "
        "certificate at once and tell us.",
        subject_tr="Teslimat adresiniz değiştirildi",
        subject_en="Your delivery address was changed",
        mail_tr="E-imza kartınızın teslimat adresi az önce Durum sayfasından değiştirildi.\n\n"
        "Değiştiren siz değilseniz sertifikanızı Online İşlemler sayfasından hemen askıya alın ve bize haber verin.",
        mail_en="The delivery address of your e-signature card was just changed on the status page.\n\nIf that was not "
        "you, suspend your certificate under Online İşlemler (online services) at once and tell us.",
    ),
    "pin_shown": Notice(
        sms_tr="E-imza kartınızın PIN'i az önce ekranda gösterildi. Bakan siz değilseniz sertifikanızı hemen askıya "
        "alın ve bize haber verin.",
        sms_en="The PIN of your e-signature card was just shown on screen. If that was not you, suspend your "
        "certificate at once and tell us.",
        subject_tr="PIN'iniz gösterildi",
        subject_en="Your PIN was shown",
        mail_tr="E-imza kartınızın PIN ve PUK kodları az önce ekranda gösterildi.\n\n"
        "Bakan siz değilseniz sertifikanızı Online İşlemler sayfasından hemen askıya alın ve bize haber verin.",
        mail_en="The PIN and PUK of your e-signature card were just shown on screen.\n\nIf that was not you, suspend "
        "your certificate under Online İşlemler (online services) at once and tell us.",
    ),
}
