"""What the API says to the people who write programs, in both languages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, str | Promise] = {
    "not_understood": _("Çağrının biçimi bozuk; gövde geçerli bir JSON mu, başlıklar yerinde mi, bakın."),
    "token_missing": _("Erişim belirteci yok, geçersiz ya da süresi dolmuş. Yeni bir belirteç alıp yeniden deneyin."),
    "scope_missing": _("Bu işlem için «{scope}» izni gerekir; belirteçte bu izin yok."),
    "not_found": _("Böyle bir kayıt ya da adres yok, ya da sizin kurumunuza ait değil."),
    "method_not_offered": _("Bu adres bu yöntemle çağrılamaz; «Allow» başlığı hangilerinin olduğunu söyler."),
    "too_large": _("Gönderilen çok büyük: JSON en çok {json} MB, dosya en çok {file} MB olabilir. Listeyi bölün."),
    "values_wrong": _("Gönderilen bilgide düzeltilecek yerler var; hepsi aşağıda."),
    "cursor_unknown": _("Bu imleç («cursor») bu listenin değil; listeyi baştan isteyin."),
    "idempotency_key_missing": _(
        "«Idempotency-Key» başlığı gerekir: her yeni iş için rastgele, en çok {longest} görünür karakter."
    ),
    "neighbour_failed": _("Dışarıdaki bir hizmet yanıt vermiyor; biraz sonra yeniden deneyin."),
    "away": _("Hizmet birkaç dakika içinde yeniden açılır; aynı çağrıyı yeniden deneyin."),
    "failed": _("Hata bizden kaynaklandı ve kaydedildi. Aynı «Idempotency-Key» ile yeniden deneyebilirsiniz."),
}
# By the kinds of fault that are found in values, and one for all others.
FAULTS: dict[str, str | Promise] = {
    "missing": _("Bu alan gerekli."),
    "extra_forbidden": _("Böyle bir alan yok."),
    "string_type": _("Burada metin olmalı."),
    "string_too_long": _("En çok {max_length} karakter olabilir."),
    "string_too_short": _("En az {min_length} karakter olmalı."),
    "too_long": _("En çok {max_length} öğe olabilir."),
    "too_short": _("En az {min_length} öğe olmalı."),
    "list_type": _("Burada liste olmalı."),
    "int_parsing": _("Burada tam sayı olmalı."),
    "greater_than_equal": _("En az {ge} olmalı."),
    "less_than_equal": _("En çok {le} olabilir."),
    "uuid_parsing": _("Bu bir kimlik (UUID) değil."),
    "enum": _("Belgedeki değerlerden biri olmalı."),
    "": _("Bu değer beklenen biçimde değil."),
}
