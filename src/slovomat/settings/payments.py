"""Settings of what is paid, and through whom."""

from pydantic import BaseModel


class PaymentSettings(BaseModel):
    """Providers, receipts, the seller. A provider without its secret does not exist."""
