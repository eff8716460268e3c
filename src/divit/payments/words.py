"""Refusals of payments, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "price_unknown": _("Bu seçenek için bugün geçerli bir ücret yok."),
    "nothing_to_charge": _("Bu başvuru için ödenecek bir tutar yok."),
    "billed_before": _("Bu başvuru kurumun hesabına daha önce işlenmiş."),
    "charge_exists": _("Bu başvurunun borcu zaten tahakkuk etmiş."),
    "charge_paid": _("Bu borç ödenmiş; yeniden ödemeniz gerekmiyor."),
    "charge_not_due": _("Bu borç artık ödenmeyi beklemiyor."),
    "payment_being_checked": _("Önceki ödemenizi bankaya soruyoruz. Sonuç belli olana dek lütfen yeniden ödemeyin."),
    "forged_callback": _("Bankadan gelen bildirim doğrulanamadı."),
    "messages_too_many": _("Çok sayıda bildirim geldi."),
    "debt_queries_too_many": _(
        "Çok sayıda sorgu yapıldı. {until:%d.%m.%Y} günü saat {until:%H.%M} olunca yeniden deneyin."
    ),
    "amount_differs": _("Alınan tutar borçla aynı değil."),
    "books_do_not_hold_it": _("Banka kayıtlarında bu ödeme görünmüyor."),
    "books_hold_another_amount": _("Banka kayıtlarındaki tutar farklı."),
    "books_hold_it": _("Banka kayıtlarında bu ödeme alınmış görünüyor."),
    "bank_has_not_given_back": _("Banka iadeyi henüz yapmadı."),
}
