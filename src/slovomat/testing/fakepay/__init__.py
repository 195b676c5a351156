"""Five payment providers on one local port, each speaking its own wire format; no money moves."""

from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.notices import Sent
from slovomat.testing.fakepay.payments import Payment, State
from slovomat.testing.fakepay.server import FakePay

__all__ = ["FakePay", "Fault", "Payment", "Sent", "State"]
