"""What CloudPayments answers, as far as it is read, and the receipts that it is sent."""

from collections.abc import Mapping

import msgspec

from slovomat.payments import amounts, receipt_codes
from slovomat.ports.payments import Receipt


class Order(msgspec.Struct, rename="pascal"):
    """An order that was made."""

    url: str = ""


class Transaction(msgspec.Struct, rename="pascal"):
    """A try to pay, or a refund."""

    transaction_id: int
    amount: msgspec.Raw
    currency: str = ""
    status: str = ""
    test_mode: bool = False
    public_id: str | None = None
    invoice_id: str | None = None
    refunded: bool | None = None
    type: int = 0


class Created(msgspec.Struct, rename="pascal"):
    """The answer to an order."""

    success: bool
    message: str | None = None
    model: Order | None = None


class Found(msgspec.Struct, rename="pascal"):
    """The answer to a search."""

    success: bool
    message: str | None = None
    model: Transaction | None = None


class Done(msgspec.Struct, rename="pascal"):
    """Any other answer."""

    success: bool
    message: str | None = None


def json_data(receipt: dict[str, object]) -> str:
    """The receipt as a payment carries it: JSON within a string of JSON."""
    return msgspec.json.encode({"cloudpayments": {"CustomerReceipt": receipt}}).decode()


def customer_receipt(receipt: Receipt, paid: Mapping[str, msgspec.Raw]) -> dict[str, object]:
    """The receipt; `paid`: by which means how much."""
    return {
        "Items": [
            {
                "label": line.title,
                "price": amounts.number(line.amount_kopecks),
                "quantity": 1,
                "amount": amounts.number(line.amount_kopecks),
                "vat": receipt_codes.CLOUDPAYMENTS_VAT[line.vat],
                "method": receipt_codes.CLOUDPAYMENTS_PAYMENT_MODE[line.payment_mode],
                "object": receipt_codes.CLOUDPAYMENTS_PAYMENT_SUBJECT[line.payment_subject],
            }
            for line in receipt.lines
        ],
        "taxationSystem": receipt_codes.CLOUDPAYMENTS_TAX_SYSTEM[receipt.tax_system],
        "email": receipt.email,
        "amounts": paid,
    }
