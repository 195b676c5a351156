"""How each provider writes what a fiscal receipt (54-FZ) says: rates of VAT, tax systems, ways and things.

By the providers' references of November 2026. The rates 22 and 22/122 are there since January 2026, when they
took the place of 20 and 20/120; these remain for refunds of what was sold before.
"""

YOOKASSA_VAT = {
    "none": 1,
    "0": 2,
    "10": 3,
    "20": 4,
    "10/110": 5,
    "20/120": 6,
    "5": 7,
    "7": 8,
    "5/105": 9,
    "7/107": 10,
    "22": 11,
    "22/122": 12,
}
YOOKASSA_TAX_SYSTEM = {"osn": 1, "usn_income": 2, "usn_income_outcome": 3, "esn": 5, "patent": 6}

NAMED_VAT = {
    "none": "none",
    "0": "vat0",
    "5": "vat5",
    "7": "vat7",
    "10": "vat10",
    "20": "vat20",
    "22": "vat22",
    "5/105": "vat105",
    "7/107": "vat107",
    "10/110": "vat110",
    "20/120": "vat120",
    "22/122": "vat122",
}
"""Of T-Kassa and of Robokassa; both name tax systems, ways and things as the settings do."""

CLOUDPAYMENTS_VAT = {
    "none": None,
    "0": 0,
    "5": 5,
    "7": 7,
    "10": 10,
    "20": 20,
    "22": 22,
    "5/105": 105,
    "7/107": 107,
    "10/110": 110,
    "20/120": 120,
    "22/122": 122,
}
CLOUDPAYMENTS_TAX_SYSTEM = {"osn": 0, "usn_income": 1, "usn_income_outcome": 2, "esn": 4, "patent": 5}
CLOUDPAYMENTS_PAYMENT_MODE = {"full_prepayment": 1, "advance": 3, "full_payment": 4}
CLOUDPAYMENTS_PAYMENT_SUBJECT = {
    "commodity": 1,
    "job": 3,
    "service": 4,
    "intellectual_activity": 9,
    "payment": 10,
    "another": 13,
}
