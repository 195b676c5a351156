"""What YooKassa answers and notifies, as far as it is read."""

import msgspec


class Amount(msgspec.Struct):
    """A sum, as text."""

    value: str
    currency: str


class Confirmation(msgspec.Struct):
    """Where the buyer goes."""

    confirmation_url: str = ""


class Recipient(msgspec.Struct):
    """Whose payment it is."""

    account_id: str = ""


class Payment(msgspec.Struct):
    """A payment."""

    id: str
    status: str
    amount: Amount
    test: bool
    recipient: Recipient
    confirmation: Confirmation | None = None
    refunded_amount: Amount | None = None
    metadata: dict[str, str] | None = None


class Registered(msgspec.Struct):
    """A refund or a receipt, as far as it matters: whether it was refused."""

    id: str
    status: str


class Error(msgspec.Struct):
    """A refusal."""

    code: str = ""
    description: str = ""


class NoticeObject(msgspec.Struct):
    """What an event speaks of: a payment, or a refund with the number of its payment."""

    id: str
    payment_id: str = ""
    recipient: Recipient | None = None
    metadata: dict[str, str] | None = None


class NoticeBody(msgspec.Struct):
    """A notification."""

    type: str
    event: str
    object: NoticeObject
