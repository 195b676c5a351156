"""What Robokassa's OpStateExt tells of an operation, in XML."""

import msgspec

from slovomat.payments.http import HTTPAnswer
from slovomat.ports.payments import ProviderUnavailableError

_SPACE = "{http://merchant.roboxchange.com/WebService/}"
_NOT_FOUND = "3"
_CODE_CHARS = 20
_FOREIGN = {"USD", "EUR", "KZT"}
"""Else the label of what the shop receives names a way of paying out, and the sum is in roubles."""


class Operation(msgspec.Struct, frozen=True):
    """One operation. `key` names it to the refund service; it and the sum are empty until it is paid."""

    state: str
    out_sum: str
    key: str
    currency: str


def read_operation(answer: HTTPAnswer) -> Operation | None:
    """The operation; None: there is none. Raises ProviderUnavailableError."""
    from xml.etree import ElementTree

    if b"<!" in answer.body:
        raise ProviderUnavailableError("XML that declares things of its own")  # entities grow without end
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314 -- no declarations are let through
    except ElementTree.ParseError:
        raise ProviderUnavailableError(f"HTTP {answer.status}, and no XML") from None

    def text(path: str) -> str:
        spaced = "/".join(_SPACE + name for name in path.split("/"))
        return (root.findtext(spaced) or root.findtext(path) or "").strip()

    result = text("Result/Code")
    if result == _NOT_FOUND:
        return None
    if result != "0" or not text("State/Code"):
        raise ProviderUnavailableError(f"OpStateExt: result {result[:_CODE_CHARS] or 'missing'}")
    label = text("Info/OutCurrLabel")
    currency = label if label in _FOREIGN else "RUB"
    return Operation(text("State/Code"), text("Info/OutSum"), text("Info/OpKey"), currency)
