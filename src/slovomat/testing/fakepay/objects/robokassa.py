"""What Robokassa reads and writes apart from forms: the XML of OpStateExt, the token of a refund."""

import hmac
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from slovomat.testing.fakepay.payments import Payment, State, decimal
from slovomat.testing.fakepay.wire import Answer

STATES = {State.PENDING: 5, State.HELD: 20, State.PAID: 100, State.CANCELLED: 10}
GIVEN_BACK = 60


def xml(code: int, description: str, payment: Payment | None = None) -> Answer:
    """The answer of OpStateExt."""
    words = f"<Description>{escape(description)}</Description>" if description else ""
    result = f"<Result><Code>{code}</Code>{words}</Result>"
    body = result + (_operation(payment) if payment else "")
    root = f'<OperationStateResponse xmlns="http://merchant.roboxchange.com/WebService/">{body}'
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{root}</OperationStateResponse>'
    return Answer(text.encode(), 200, "text/xml; charset=utf-8", payment=payment)


def _operation(payment: Payment) -> str:
    code = GIVEN_BACK if payment.refunds and not payment.left_kopecks else STATES[payment.state]
    when = datetime.fromtimestamp(payment.paid_s or payment.created_s, UTC).isoformat()
    out_sum = decimal(payment.amount_kopecks, 6)
    info = f"<IncCurrLabel>BankCardPSR</IncCurrLabel><IncSum>{out_sum}</IncSum><IncAccount>555555******4444"
    info += "</IncAccount><PaymentMethod><Code>BankCard</Code></PaymentMethod>"
    info += f"<OutCurrLabel>{payment.currency}</OutCurrLabel><OutSum>{out_sum}</OutSum>"
    info += f"<OpKey>{payment.facts['op_key']}</OpKey>"
    own = "".join(
        f"<Field><Name>{escape(name)}</Name><Value>{escape(value)}</Value></Field>"
        for name, value in payment.facts["own"].items()
    )
    state = (
        f"<State><Code>{code}</Code><RequestDate>{when}</RequestDate><StateDate>{when}</StateDate></State>"
    )
    return f"{state}<Info>{info}</Info><UserField>{own}</UserField>"


def jwt(text: str, password: str) -> dict[str, Any]:
    """The fields of a token that this password signed with HS256. Raises ValueError."""
    head, _, rest = text.partition(".")
    payload, _, mark = rest.partition(".")
    expected = hmac.digest(password.encode(), f"{head}.{payload}".encode(), "sha256")
    if _fields(head).get("alg") != "HS256" or not hmac.compare_digest(expected, _bytes(mark)):
        raise ValueError("InvalidSignature")
    return _fields(payload)


def _fields(part: str) -> dict[str, Any]:
    found = json.loads(_bytes(part), parse_float=str)
    if not isinstance(found, dict):
        raise ValueError("InvalidToken")
    return found


def _bytes(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
