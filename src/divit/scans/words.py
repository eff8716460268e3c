"""Why a file cannot be read or a scan not kept, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    # the file, by its first octets
    "scan_empty": _("Dosya boş. Taramayı yeniden kaydedip yükleyin."),
    "scan_file_too_large": _("Dosya {megabytes} MB'tan büyük. Daha az sayfayı bir arada ya da 200 dpi ile tarayın."),
    "scan_files_too_large": _("Dosyalar birlikte {megabytes} MB'tan büyük. Birkaç kez yükleyin."),
    "scan_too_many_files": _("Bir kerede en çok {most} dosya yüklenebilir."),
    "scan_kind_unknown": _("Bu dosya bir tarama değil. PDF, JPEG, PNG ya da TIFF yükleyin."),
    "scan_is_heic": _(
        "Bu fotoğraf HEIC türünde. Telefonda kamera ayarlarından «En Uyumlu»yu seçin ya da fotoğrafı JPEG olarak"
        " kaydedip yükleyin."
    ),
    "scan_is_office": _("Bu bir ofis belgesi ya da sıkıştırılmış dosya. Formu tarayıp PDF ya da JPEG olarak yükleyin."),
    # the file, once it was read
    "scan_encrypted": _("PDF parolayla korunuyor. Parolasız tarayıp yeniden yükleyin."),
    "scan_unreadable": _("Dosya bozuk ya da yarım kalmış. Yeniden tarayıp yükleyin."),
    "scan_too_many_pages": _("Dosyada 100'den çok sayfa var. Formları birkaç dosyaya bölüp yükleyin."),
    "scan_too_large": _(
        "Dosyadaki resim çok büyük. 200–300 dpi ile tarayın ya da fotoğrafı daha küçük kaydedip yeniden yükleyin."
    ),
    "scan_too_heavy": _("Dosyanın okunması çok uzun sürdü. Formları birkaç dosyaya bölüp yeniden tarayın."),
    "scan_odd_shape": _("Sayfalardan biri form olamayacak kadar ince uzun. A4 olarak tarayıp yeniden yükleyin."),
    "scan_all_blank": _("Bütün sayfalar boş. Formlar tarayıcıya ters konmuş olabilir; çevirip yeniden tarayın."),
    "scan_never_read": _("Dosya bir hafta içinde okunamadı ve silindi. Yeniden yükleyin."),
    "scan_not_opened": _("Bu tarama açılamıyor. Sertifika merkezine haber verin."),
    # the desk
    "scans_not_set_up": _("Tarama yükleme bu kurulumda açılmamış. Formları kâğıttan teslim alın."),
    "scan_desk_full": _("Masada bekleyen çok tarama var (en çok {most}). Önce bekleyenleri bitirin."),
    # the law
    "scan_of_several_forms": _("Bu sayfada birden çok form var. Her formu ayrı tarayın; bu sayfayı silin."),
    "scan_of_another": _("Kâğıttaki kod başka bir başvuruyu gösteriyor."),
    "scan_out_of_date": _("Başvuru, bu form yazdırıldıktan sonra değişmiş. Tarama saklanamaz."),
    "scan_without_form": _("Tarama, formu teslim alınmış başvuruda saklanır; form henüz teslim alınmadı."),
    "scan_kept_before": _("Bu başvurunun formu için bir tarama zaten saklanıyor. Bu sayfayı silebilirsiniz."),
}
