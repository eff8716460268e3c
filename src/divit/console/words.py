"""Why something could not be done at a desk, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "intake_look_again": _("Form gösterileli çok oldu. Yeniden okutun."),
    "intake_look_first": _("Enter çok çabuk geldi. Formu karşılaştırın, aynıysa Enter'a yeniden basın."),
    "intake_not_found": _(
        "{reference} bulunamadı: buradan teslim alabileceğiniz böyle bir başvuru yok. "
        "Numarayı karşılaştırın; form başka bir yere ait ya da başvuru sona ermiş olabilir."
    ),
    "intake_full": _("Bu listede {most} form oldu. Özeti yazdırıp bitirin, sonra kalanlarla devam edin."),
}
