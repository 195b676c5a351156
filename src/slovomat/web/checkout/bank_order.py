"""What a bank's app reads off an invoice (GOST R 56042-2014): `ST00012`, then names and values."""

from slovomat.settings import Settings

_BEGIN = "ST00012"
_BETWEEN = "|"


def payment_text(settings: Settings, amount_kopecks: int, purpose: str) -> str:
    """The text of the QR code; empty where the seller's bank is not known in full."""
    must = {
        "Name": settings.seller_name,
        "PersonalAcc": settings.seller_bank_account,
        "BankName": settings.seller_bank_name,
        "BIC": settings.seller_bank_bik,
        "CorrespAcc": settings.seller_bank_correspondent or "0",
    }
    if not all(must.values()):
        return ""
    may = {
        "PayeeINN": settings.seller_inn,
        "KPP": settings.seller_kpp,
        "Sum": str(amount_kopecks),
        "Purpose": purpose,
    }
    fields = [f"{name}={value.replace(_BETWEEN, ' ')}" for name, value in (must | may).items() if value]
    return _BETWEEN.join([_BEGIN, *fields])
