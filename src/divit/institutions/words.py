"""Why an institution's rules or appointments were refused, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "already_appointed": _("Bu kişi bu kurumda bu görevde zaten tanımlı."),
    "appointment_already_ended": _("Bu görev zaten sona ermiş."),
    "appointment_ends_before_start": _("Görevin bitiş günü başlangıcından önce olamaz."),
    "appointment_role_unknown": _("Böyle bir kurum görevi yok."),
    "contract_not_in_force": _("{number} numaralı sözleşme bugün yürürlükte değil."),
    "quota_exhausted": _("Kurumun sözleşmesindeki kota doldu; yeni bir sertifika için yer kalmadı."),
    "quota_given_back": _("Bu talebin kotadaki yeri geri verilmiş; yeniden alınamaz, yeni bir talep açılmalı."),
    "rule_already_in_force": _("Yürürlükteki bir kural değiştirilemez; yeni tarihli bir kural ekleyin."),
    "rule_value_unknown": _("Kurum kuralında tanınmayan bir değer var."),
}
