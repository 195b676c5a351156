"""Fiscal receipts (54-FZ): what is said of a sale, and of its return."""

import msgspec

from slovomat.ports.payments import Receipt, ReceiptLine


class ReceiptRules(msgspec.Struct, frozen=True, kw_only=True):
    """The seller's: tax system, rate of VAT, and what kind of payment for what kind of thing it is."""

    tax_system: str
    vat: str
    payment_mode: str
    payment_subject: str

    @property
    def prepaid(self) -> bool:
        """Whether another receipt must follow once the thing is delivered."""
        return self.payment_mode in {"full_prepayment", "advance"}


def delivered(rules: ReceiptRules) -> ReceiptRules:
    """What is said once it is no prepayment any more: the VAT is then that of the rate itself."""
    return msgspec.structs.replace(rules, payment_mode="full_payment", vat=rules.vat.partition("/")[0])


def receipt_of(rules: ReceiptRules, email: str, title: str, amount_kopecks: int) -> Receipt:
    """A receipt with one line."""
    line = ReceiptLine(
        title=title,
        amount_kopecks=amount_kopecks,
        vat=rules.vat,
        payment_mode=rules.payment_mode,
        payment_subject=rules.payment_subject,
    )
    return Receipt(email=email, tax_system=rules.tax_system, lines=(line,))
