"""The stages from application to card (üretim aşamaları), the two lanes, and why a case is in the slower one."""

from enum import StrEnum


class Stage(StrEnum):
    """One stretch of an application's way."""

    PHONE = "phone"  # telefonun doğrulanması
    FEE = "fee"  # ücretin ödenmesi
    APPROVAL = "approval"  # kurum onayı
    FORM = "form"  # imzalı formun teslimi
    CLOSING = "closing"  # eski sertifikanın kapatılması
    CONDITIONS = "conditions"  # gönderimden üretime verilmeye
    QUEUE = "queue"  # üretime verilmeden üretimin başlamasına
    MAKING = "making"  # üretimin başlamasından kartın denetlenmesine
    PACKING = "packing"  # denetimden kuryeye
    TRAVEL = "travel"  # kuryeden teslime
    PIN = "pin"  # teslimden PIN'in alınmasına
    TOTAL = "total"  # gönderimden teslime


class Lane(StrEnum):
    """The two lanes of the public picture."""

    NORMAL = "normal"  # Normal Süreç
    DELAYED = "delayed"  # Gecikmeli Süreç


class Reason(StrEnum):
    """Why a case belongs to the delayed lane; one is enough."""

    FORM_RETURNED = "form_returned"  # form geri verildi
    PAYMENT_UNCLEAR = "payment_unclear"  # ödemenin sonucu bankaya soruldu
    CARD_SPOILED = "card_spoiled"  # kart bozuk çıktı
    PARCEL_RETURNED = "parcel_returned"  # gönderi geri döndü
    SLOW = "slow"  # bir masa hedef süresini aştı


# One after the other; what an application has still before it is the sum of these.
CHAIN = (Stage.CONDITIONS, Stage.QUEUE, Stage.MAKING, Stage.PACKING, Stage.TRAVEL)
# Side by side, within the conditions.
REQUIREMENTS = (Stage.PHONE, Stage.FEE, Stage.APPROVAL, Stage.FORM, Stage.CLOSING)
