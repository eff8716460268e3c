"""Why an application could not go on, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "delivery_fixed_by_institution": _(
        "Kurumunuz kartları topluca e-imza temsilcisine getirtiyor; teslimat adresi değiştirilemez."
    ),
    # kinds and choice
    "first_but_one_is_open": _(
        "Bu kurumdan alınmış, açık bir sertifikanız var; bu yüzden başvurunuz ilk başvuru değil. Başka bir tür seçin."
    ),
    "nothing_to_renew": _("Bu kurumdan alınmış geçerli bir sertifikanız yok. Yenileme yerine başka bir tür seçin."),
    "renewal_while_suspended": _(
        "Bu kurumdan aldığınız sertifika askıda; askıdaki sertifika yenilenmez. Kart elinizdeyse önce askıdan indirin."
    ),
    "renewal_too_early": _("Sertifikanızın bitmesine daha çok var; yenileme başvurusu {day} gününde açılır."),
    "nothing_to_replace": _("Bu kurumdan alınmış bir sertifikanız yok. İlk sertifika başvurusu yapabilirsiniz."),
    "replaced_where_it_was_issued": _(
        "Bu kurumdan alınmış bir sertifikanız yok; elinizdeki sertifika {institution} üzerinden alınmış. "
        "Onun yerine yenisini istiyorsanız o kurumu seçin."
    ),
    "not_for_transfers": _(
        "Elinizdeki sertifika {institution} üzerinden alınmış; kurum değiştirirken bu tür seçilemez."
    ),
    "application_already_running": _(
        "Bu kurum için süren bir başvurunuz var; önce onu tamamlayın ya da ondan vazgeçin."
    ),
    # the law
    "steps_missing": _("Başvurunun doldurulmamış bölümleri var."),
    "kind_unfit": _("Seçtiğiniz başvuru türü şu anki sertifikalarınıza uymuyor. Lütfen türü yeniden seçin."),
    "closing_list_not_accepted": _(
        "İptal edilecek sertifikaların listesi değişti. Lütfen listeyi yeniden okuyup onaylayın."
    ),
    "phone_not_proven": _("Cep telefonunuz henüz doğrulanmadı. Lütfen size gelen kodla doğrulayın."),
    "form_already_received": _("İmzalı formunuz teslim alındı; başvuruda artık değişiklik yapılamaz."),
    "requirements_open": _("Başvurunun tamamlanmamış koşulları var."),
    "too_late_to_withdraw": _("Kartınızın üretimi başladı. Üretim kişiye özel olduğu için artık vazgeçilemez."),
    "production_has_begun": _(
        "Kartın üretimi başladı; başvuru artık reddedilemez. Sertifika üretilince onu buradan iptal edebilirsiniz."
    ),
    "nothing_left_to_do": _("Bu başvuru yalnızca üretim gününü bekliyor; süresi dolmaz."),
    "deadline_ahead": _("Başvurunun süresi henüz dolmadı."),
    # steps
    "step_too_early": _("Önce önceki bölümleri doldurun."),
    "step_not_amendable": _("Bu bölüm başvuru gönderildikten sonra değiştirilemez."),
    "application_already_submitted": _("Bu başvuru gönderildi; taslak olarak değiştirilemez."),
    "fixed_by_institution": _("Bu başvurunun kurumu ve türü kurumunuzun talebinden gelir; değiştirilemez."),
    "not_paid_by_institution": _("Bu başvurunun ücretini kişi ödüyor; kurum sona erdiremez."),
    "application_not_open": _("Bu başvuru artık beklemede değil."),
    "not_your_requirement": _("Bu koşulu siz tamamlayamazsınız."),
    # the paper
    "form_out_of_date": _("Bu form eski: başvuru, form yazdırıldıktan sonra değişmiş. Lütfen formun yenisini isteyin."),
    "form_of_another": _("Okutulan form bu başvurunun formu değil; numaraları karşılaştırın."),
    "own_form": _(
        "Kendi başvurunuzun formunu kendiniz teslim alamaz ya da reddedemezsiniz; başka bir temsilciye verin."
    ),
    "form_not_needed": _("Bu başvuru için imzalı form gerekmiyor."),
    "reference_invalid": _("Başvuru numarası 10 karakterdir; örneğin D7K3-M9Q2PA. Yazdığınızı kontrol edin."),
    # fields
    "text_required": _("Bu alanı doldurun."),
    "text_too_long": _("En çok {longest} karakter yazabilirsiniz."),
    "text_strange": _("Bu alanda «{letter}» kullanılamaz; harf, rakam ve . , - / gibi işaretlerle yazın."),
    "choice_required": _("Bir seçim yapın."),
    "choice_unknown": _("Listedeki seçeneklerden birini seçin."),
    "email_invalid": _("E-posta adresini ad@kurum.gov.tr biçiminde yazın."),
    "work_phone_invalid": _("İş telefonunu alan koduyla yazın; örneğin 0312 123 45 67."),
    "extension_invalid": _("Dahili numara en çok 6 rakamdan oluşur."),
    "extension_without_phone": _("Dahili numara yazdıysanız iş telefonunu da yazın."),
    "province_unknown": _("İli listeden seçin."),
    "district_unknown": _("İlçeyi listeden seçin."),
    "neighbourhood_unknown": _("Mahalle ya da köyü listeden seçin."),
}
