"""Refusals of identity, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "login_state_unknown": _("Bu giriş bağlantısını tanımıyoruz. Lütfen girişi yeniden başlatın."),
    "login_state_used": _("Bu giriş bağlantısı bir kez kullanılmış. Lütfen girişi yeniden başlatın."),
    "login_state_expired": _("Giriş on dakikadan uzun sürdüğü için yarıda kaldı. Lütfen girişi yeniden başlatın."),
    "login_foreign_browser": _(
        "Giriş bu tarayıcıda başlatılmamış. Güvenliğiniz için devam etmedik; lütfen girişi buradan yeniden başlatın."
    ),
    "login_cancelled": _("e-Devlet girişini iptal ettiniz. Hiçbir işlem yapılmadı."),
    "login_code_refused": _("e-Devlet bu girişi onaylamadı. Lütfen girişi yeniden başlatın."),
    "login_refused": _("e-Devlet bu girişe izin vermedi. Lütfen girişi yeniden başlatın."),
    "login_name_invalid": _("e-Devlet'ten gelen ad ve soyad kaydedilemedi. Lütfen bizimle iletişime geçin."),
    "name_invalid": _("Adı ve soyadı kimlikte yazdığı gibi, harflerle yazın."),
    "person_named_otherwise": _("T.C. kimlik numarasıyla ad soyad birbirini tutmuyor; kimlikten kontrol edin."),
    "channel_unknown": _("Bilgi kanalını seçin: SMS, e-posta veya her ikisi."),
    "language_unknown": _("Bu dil henüz yok."),
    "tckn_invalid": _("T.C. kimlik numarası 11 rakamdan oluşur; yazdığınız numarayı kontrol edin."),
    "vkn_invalid": _("Vergi kimlik numarası 10 rakamdan oluşur; yazdığınız numarayı kontrol edin."),
    "phone_invalid": _("Cep telefonunu 05xx xxx xx xx biçiminde yazın; örneğin 0505 123 45 67."),
    "not_your_act": _("Bu işlemi yapma yetkiniz yok."),
    "changed_meanwhile": _("Siz sayfadayken bir şey değişti. Sayfayı yenileyip yeniden deneyin."),
    "not_from_this_state": _("Bu işlem şu anki durumda yapılamaz; durum siz sayfadayken değişmiş olabilir."),
    "second_operator_needed": _("Bu değişikliği siz istediniz; onayı ikinci bir kişi verir."),
    "staff_change_too_old": _("Bu değişiklik bir hafta içinde onaylanmadı; yeniden istenmesi gerekir."),
    "staff_change_overtaken": _(
        "Bu değişiklik istendikten sonra hesap değişti: masaları ya da ikinci adımı artık başka, ya da hesap kapatıldı."
        " Hâlâ gerekiyorsa yeniden isteyin."
    ),
    "staff_closed": _("Bu çalışan hesabı kapatılmış; hesapta değişiklik istenemez."),
    "staff_exists": _("Bu e-posta adresiyle bir çalışan hesabı zaten var."),
    "staff_email": _("Çalışanın e-posta adresi doğru yazılmamış."),
    "staff_name": _("Çalışanın adını yazın."),
    "staff_desk": _("Böyle bir masa yok."),
}
