"""What officers are told of their institution's programs; placeholders: {institution}, {program}, {who}, {until},
{reason}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "program_waits": Notice(
        sms_tr="{institution}: «{program}» programının bağlanması için onayınız bekleniyor, en geç {until}: Online "
        "İşlemler.",
        sms_en="{institution}: the program «{program}» waits for your decision until {until}: Online İşlemler.",
        subject_tr="Bir program onayınızı bekliyor",
        subject_en="A program waits for your decision",
        mail_tr="{institution} adına «{program}» adlı programın bağlanması istendi. Neler yapabileceğini yetkili "
        "masanızdaki «Programlar» sayfasında okuyup en geç {until} gününe kadar onaylayabilir ya da geri "
        "çevirebilirsiniz.",
        mail_en="A colleague asked that the program «{program}» may connect for {institution}. The page «Programs» at "
        "your officer's desk says what it would be allowed to do; confirm or refuse it by {until}.",
    ),
    "program_confirmed": Notice(
        sms_tr="{institution}: «{program}» programı onaylandı. Anahtarını masanızda üretebilirsiniz.",
        sms_en="{institution}: the program «{program}» was confirmed. Make its key at your desk.",
        subject_tr="Programınız onaylandı",
        subject_en="Your program was confirmed",
        mail_tr="{institution} için istediğiniz «{program}» programını ikinci yetkili onayladı. Anahtarını yetkili "
        "masanızdaki «Programlar» sayfasında üretin. Anahtarı üreten yetkili, o programın yüklediği listeleri "
        "onaylayamaz.",
        mail_en="A second officer confirmed the program «{program}» that you asked for at {institution}. Make its key "
        "on the page «Programs» at your officer's desk. Whoever makes the key cannot approve the lists that the "
        "program uploads.",
    ),
    "program_refused": Notice(
        sms_tr="{institution}: «{program}» programı geri çevrildi. Nedeni masanızda yazıyor.",
        sms_en="{institution}: the program «{program}» was refused. Your desk says why.",
        subject_tr="Programınız geri çevrildi",
        subject_en="Your program was refused",
        mail_tr="{institution} için istediğiniz «{program}» programı geri çevrildi. Nedeni:\n\n{reason}",
        mail_en="The program «{program}» that you asked for at {institution} was refused. The reason, as written:\n\n"
        "{reason}",
    ),
    "program_key_made": Notice(
        sms_tr="{institution}: {who}, «{program}» programı için yeni bir anahtar üretti.",
        sms_en="{institution}: {who} made a new key for the program «{program}».",
        subject_tr="Bir programa yeni anahtar üretildi",
        subject_en="A program has a new key",
        mail_tr="{institution} kurumunun «{program}» programı için {who} yeni bir anahtar üretti. Bundan haberiniz "
        "yoksa programı yetkili masanızda hemen kapatın.",
        mail_en="{who} made a new key for the program «{program}» of {institution}. If you know nothing of this, close "
        "the program at your officer's desk at once.",
    ),
    "program_key_holder_leaves": Notice(
        sms_tr="{institution}: görevden ayrılan {who}, «{program}» programının anahtarını biliyor. Yenisini üretin.",
        sms_en="{institution}: {who} is leaving and knows the key of the program «{program}». Make a new key.",
        subject_tr="Ayrılan yetkili bir programın anahtarını biliyor",
        subject_en="An officer who leaves knows a program's key",
        mail_tr="{institution} yetkilisi {who}, görevi {until} günü sona ererken «{program}» programının anahtarını "
        "biliyor. Yetkili masanızdaki «Programlar» sayfasında yeni anahtar üretin ve eskisini hemen kapatın.",
        mail_en="{who}, whose appointment as an officer of {institution} ends on {until}, knows the key of the program "
        "«{program}». Make a new key on the page «Programs» at your officer's desk and let the old one end at once.",
    ),
    "program_closed": Notice(
        sms_tr="{institution}: {who}, «{program}» programını kapattı.",
        sms_en="{institution}: {who} closed the program «{program}».",
        subject_tr="Bir program kapatıldı",
        subject_en="A program was closed",
        mail_tr="{institution} kurumunun «{program}» programını {who} kapattı; program artık bağlanamaz.",
        mail_en="{who} closed the program «{program}» of {institution}; it can no longer connect.",
    ),
}
