"""What Robokassa is handed in writing: receipts, refunds, closing receipts."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

import msgspec

from slovomat.payments import amounts, receipt_codes
from slovomat.ports.payments import Closing, Receipt, ReceiptLine, Refund

_ITEM_CHARS = 128
_CLOSING_FROM = 10**15
"""A closing receipt has a number among the shop's invoices; counted from here, it meets none of them."""
_BY_PREPAYMENT = 2


class URLs(msgspec.Struct, frozen=True):
    """Its three hosts, and our own site, which a closing receipt names."""

    pay: str
    refund: str
    receipt: str
    site: str


class Refused(msgspec.Struct):
    """The answer to a refund."""

    success: bool
    message: str | None = None


class Printed(msgspec.Struct):
    """The answer to a closing receipt."""

    code: str | int = msgspec.field(name="ResultCode")
    description: str = msgspec.field(default="", name="ResultDescription")


def receipt(wanted: Receipt) -> bytes:
    """The receipt of a payment."""
    items = [_item(line, line.payment_mode) for line in wanted.lines]
    return msgspec.json.encode({"sno": wanted.tax_system, "items": items})


def refund(operation_key: str, wanted: Refund, password: str, *, whole: bool) -> bytes:
    """A JWT that asks for a refund: the sum is named of a part only."""
    claims: dict[str, object] = {"OpKey": operation_key}
    if not whole:
        claims["RefundSum"] = amounts.number(wanted.amount_kopecks)
    if wanted.receipt:
        claims["InvoiceItems"] = [
            {
                "Name": line.title[:_ITEM_CHARS],
                "Quantity": 1,
                "Cost": amounts.number(line.amount_kopecks),
                "Tax": receipt_codes.NAMED_VAT[line.vat],
                "PaymentMethod": line.payment_mode,
                "PaymentObject": line.payment_subject,
            }
            for line in wanted.receipt.lines
        ]
    signed = _base64(b'{"alg":"HS256","typ":"JWT"}') + b"." + _base64(msgspec.json.encode(claims))
    return signed + b"." + _base64(hmac.digest(password.encode(), signed, "sha256"))


def closing(wanted: Closing, login: str, password: str, hash_name: str, site: str) -> bytes:
    """A closing receipt: the payload and, after a point, the hash of it with the password."""
    lines = wanted.receipt.lines
    payload = _base64(
        msgspec.json.encode(
            {
                "merchantId": login,
                "id": str(_CLOSING_FROM + int(wanted.reference)),
                "originId": wanted.reference,
                "operation": "sell",
                "sno": wanted.receipt.tax_system,
                "url": site,
                "total": amounts.number(wanted.amount_kopecks),
                "items": [_item(line, "full_payment") for line in lines],
                "client": {"email": wanted.receipt.email},
                "payments": [{"type": _BY_PREPAYMENT, "sum": amounts.number(wanted.amount_kopecks)}],
                "vats": [
                    {
                        "type": receipt_codes.NAMED_VAT[line.vat],
                        "sum": amounts.number(amounts.vat_part(line.amount_kopecks, line.vat)),
                    }
                    for line in lines
                ],
            }
        )
    )
    signature = hashlib.new(hash_name, payload + password.encode(), usedforsecurity=False).hexdigest()
    return payload + b"." + _base64(signature.encode())


def _item(line: ReceiptLine, payment_mode: str) -> dict[str, object]:
    return {
        "name": line.title[:_ITEM_CHARS],
        "quantity": 1,
        "sum": amounts.number(line.amount_kopecks),
        "tax": receipt_codes.NAMED_VAT[line.vat],
        "payment_method": payment_mode,
        "payment_object": line.payment_subject,
    }


def _base64(text: bytes) -> bytes:
    return urlsafe_b64encode(text).rstrip(b"=")
