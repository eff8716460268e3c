"""What officers are told of the addresses of their institution's programs; placeholders: {institution}, {name}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "webhook_added": Notice(
        sms_tr="{institution}: «{name}» adlı yeni bir bildirim adresi eklendi. Haberiniz yoksa Masalar sayfasından "
        "kapatın.",
        sms_en="{institution}: a new notification address «{name}» was added. If you do not know of it, close it from "
        "the desks page.",
        subject_tr="Yeni bir bildirim adresi eklendi",
        subject_en="A new notification address was added",
        mail_tr="{institution} adına bir yetkili «{name}» adlı bir bildirim adresi ekledi: kurumunuzun sertifika "
        "işlemlerinde ne olduğu bundan sonra bu adresteki programa da bildirilir. Bildirimlerde kişi bilgisi "
        "bulunmaz.\n\nBundan haberiniz yoksa Masalar sayfasında kurum yetkilisi masasındaki Bildirim adresleri "
        "sayfasından adresi kapatabilirsiniz.",
        mail_en="An officer of {institution} added the notification address «{name}»: what happens to your "
        "institution's certificates is from now on also told to the program there. These notifications hold no data "
        "of people.\n\nIf you do not know of it, you can close the address at the officer's desk, on the page "
        "Notification addresses.",
    ),
    "webhook_given_up": Notice(
        sms_tr="{institution}: «{name}» adlı bildirim adresine üç gündür ulaşılamadı; bazı bildirimlerden vazgeçildi.",
        sms_en="{institution}: the notification address «{name}» could not be reached for three days; some "
        "notifications were given up.",
        subject_tr="Bildirim adresine ulaşılamıyor",
        subject_en="A notification address cannot be reached",
        mail_tr="{institution} için eklenen «{name}» adlı bildirim adresine üç gündür ulaşılamıyor; bekleme süresi "
        "dolanlardan vazgeçildi.\n\nLütfen yazılım ekibinize haber verin. Sorun giderilince kaçırılanları, "
        "kurum yetkilisi masasındaki Bildirim adresleri sayfasından otuz gün içinde yeniden gönderebilirsiniz.",
        mail_en="Notifications for the address «{name}» of {institution} could not be delivered for three days; those "
        "that had waited long enough were given up.\n\nPlease tell your software team. Once it works again, you can "
        "send what was missed once more, within thirty days, from the page Notification addresses at the officer's "
        "desk.",
    ),
    "webhook_vanished": Notice(
        sms_tr="{institution}: «{name}» adlı bildirim adresi, artık kullanılmadığını bildirdi ve kapatıldı.",
        sms_en="{institution}: the notification address «{name}» said that it is no longer in use, and was closed.",
        subject_tr="Bildirim adresi kapatıldı",
        subject_en="A notification address was closed",
        mail_tr="{institution} için eklenen «{name}» adlı bildirim adresindeki program, artık kullanılmadığını "
        "bildirdi (410 yanıtı). Adres kapatıldı; ona artık bildirim gönderilmez. Gerekirse yenisini ekleyebilirsiniz.",
        mail_en="The program at the notification address «{name}» of {institution} said that it is no longer in use "
        "(answer 410). The address was closed; nothing more is sent there. You can add a new address if needed.",
    ),
}
