"""Settings of what is paid, and through whom."""

import ipaddress
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from slovomat.settings.fields import Names, Positive, Seconds

_NONE = SecretStr("")
_URLS = (
    "yookassa_url",
    "tkassa_url",
    "robokassa_url",
    "robokassa_refund_url",
    "robokassa_receipt_url",
    "cloudpayments_url",
    "stripe_url",
)
_NETWORKS = (
    "yookassa_networks",
    "tkassa_networks",
    "robokassa_networks",
    "cloudpayments_networks",
    "stripe_networks",
)
_ADDRESSES = "whence its notifications come, in addition to all checks; empty: anywhere"


class PaymentSettings(BaseModel):
    """Providers, receipts, the seller. A provider without its secret does not exist."""

    payments_timeout_s: Seconds = Field(default=20, description="for a payment provider's answer")
    payments_check_hours: Positive = Field(
        default=72, description="how long a payment that is not finished is asked after"
    )

    # Providers.
    yookassa_shop_id: str = Field(default="", description="shopId of the shop at YooKassa")
    yookassa_secret_key: SecretStr = Field(
        default=_NONE, description="its secret key; one that begins with test_ moves no real money"
    )
    yookassa_url: str = Field(default="https://api.yookassa.ru/v3", description="its API")
    yookassa_networks: Names = Field(
        default=(
            "185.71.76.0/27",
            "185.71.77.0/27",
            "77.75.153.0/25",
            "77.75.154.128/25",
            "77.75.156.11",
            "77.75.156.35",
            "2a02:5180::/32",
        ),
        description=f"{_ADDRESSES} (its documentation, November 2026)",
    )
    tkassa_terminal_key: str = Field(
        default="", description="TerminalKey at T-Kassa; one that ends with DEMO moves no real money"
    )
    tkassa_password: SecretStr = Field(default=_NONE, description="the terminal's password")
    tkassa_url: str = Field(default="https://securepay.tinkoff.ru", description="its API")
    tkassa_networks: Names = Field(
        default=(
            "91.194.226.0/23",
            "91.218.132.0/22",
            "212.49.24.0/24",
            "212.233.80.0/22",
        ),
        description=f"{_ADDRESSES} (its documentation, November 2026)",
    )
    robokassa_login: str = Field(default="", description="MerchantLogin of the shop at Robokassa")
    robokassa_password1: SecretStr = Field(default=_NONE, description="password 1: signs payments")
    robokassa_password2: SecretStr = Field(default=_NONE, description="password 2: signs notifications")
    robokassa_password3: SecretStr = Field(
        default=_NONE, description="password 3: signs refunds; empty: refunds are made at Robokassa"
    )
    robokassa_hash: Literal["md5", "sha256", "sha384", "sha512"] = Field(
        default="sha256", description="the hash that is chosen in the shop's technical settings"
    )
    robokassa_test: bool = Field(
        default=False, description="the passwords are the test pair, and no real money moves"
    )
    robokassa_url: str = Field(
        default="https://auth.robokassa.ru", description="where one pays, and asks after payments"
    )
    robokassa_refund_url: str = Field(
        default="https://services.robokassa.ru", description="where refunds are asked for"
    )
    robokassa_receipt_url: str = Field(
        default="https://ws.roboxchange.com", description="where closing receipts are asked for"
    )
    robokassa_networks: Names = Field(
        default=("185.59.216.65", "185.59.217.65"),
        description=f"{_ADDRESSES} (its documentation, November 2026)",
    )
    cloudpayments_public_id: str = Field(default="", description="Public ID of the site at CloudPayments")
    cloudpayments_secret: SecretStr = Field(default=_NONE, description="its API Secret")
    cloudpayments_test: bool = Field(
        default=False, description="the site is in test mode, and no real money moves"
    )
    cloudpayments_url: str = Field(default="https://api.cloudpayments.ru", description="its API")
    cloudpayments_networks: Names = Field(
        default=(
            "185.98.81.0/28",
            "87.251.91.160/27",
            "46.46.175.96/27",
            "46.46.168.160/27",
            "162.55.174.97",
            "91.216.178.243",
        ),
        description=f"{_ADDRESSES} (its documentation, November 2026)",
    )
    stripe_secret_key: SecretStr = Field(
        default=_NONE, description="secret key at Stripe; one that begins with sk_test_ moves no real money"
    )
    stripe_webhook_secret: SecretStr = Field(default=_NONE, description="the endpoint's secret, whsec_…")
    stripe_url: str = Field(default="https://api.stripe.com", description="its API")
    stripe_networks: Names = Field(default=(), description=_ADDRESSES)

    # Receipts (54-FZ).
    receipts_enabled: bool = Field(
        default=False, description="send providers what their cash register prints for the buyer"
    )
    receipts_tax_system: Literal["osn", "usn_income", "usn_income_outcome", "esn", "patent"] = Field(
        default="usn_income", description="the seller's tax system"
    )
    receipts_vat: Literal[
        "none", "0", "5", "7", "10", "20", "22", "5/105", "7/107", "10/110", "20/120", "22/122"
    ] = Field(default="none", description="rate of VAT on receipts; 22 took the place of 20 in 2026")
    receipts_payment_mode: Literal["full_prepayment", "advance", "full_payment"] = Field(
        default="full_prepayment", description="what a payment is before the text is written"
    )
    receipts_close_days: Positive = Field(
        default=30, description="so many days after the sale a prepayment counts as used up"
    )
    receipts_payment_subject: Literal[
        "commodity", "job", "service", "intellectual_activity", "payment", "another"
    ] = Field(default="service", description="what is sold")

    # The seller, as bank invoices and closing documents name it.
    seller_name: str = Field(default="", description="the seller's name; empty: no bank invoices")
    seller_inn: str = Field(default="", description="its INN")
    seller_kpp: str = Field(default="", description="its KPP; empty: a sole proprietor")
    seller_address: str = Field(default="", description="its registered address")
    seller_bank_name: str = Field(default="", description="its bank")
    seller_bank_bik: str = Field(default="", description="the bank's BIK")
    seller_bank_account: str = Field(default="", description="its account there")
    seller_bank_correspondent: str = Field(default="", description="the bank's correspondent account")
    seller_signer: str = Field(default="", description="who signs for it, such as “director I. I. Ivanov”")

    @model_validator(mode="after")
    def _check_payments(self) -> Self:
        for name in _URLS:
            if not getattr(self, name).startswith(("http://", "https://")):
                raise ValueError(f"{name} must start with http:// or https://")
        for name in _NETWORKS:
            for network in getattr(self, name):
                ipaddress.ip_network(network, strict=False)
        return self
