"""Addresses of debt and payment."""

from django.urls import path

from divit.portal.payments import at_bank, debts, results

urlpatterns = [
    path("odeme/", debts.debt, name="debt"),
    path("odeme/borc/", debts.found, name="debt_found"),
    path("odeme/basvuru/<uuid:application_id>/", debts.pay, name="pay"),
    path("odeme/bankaya/<uuid:charge_id>/", at_bank.to_bank, name="to_bank"),
    path("odeme/banka/donus/", at_bank.back, name="bank_return"),
    path("odeme/banka/bildirim/", at_bank.callback, name="bank_callback"),
    path("odeme/belirsiz/", at_bank.unclear, name="payment_unclear"),
    path("odeme/sonuc/<uuid:attempt_id>/", results.payment_result, name="payment_result"),
    path("odeme/sonuc/<uuid:attempt_id>/durum/", results.payment_state, name="payment_state"),
    path("odeme/makbuz/<uuid:charge_id>/", results.receipt, name="payment_receipt"),
]
