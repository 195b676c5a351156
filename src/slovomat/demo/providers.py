"""The fake providers of a demo, and the settings that name them to the service."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.place import DATABASE
from slovomat.demo.upstream import HOST, MODEL
from slovomat.settings import Settings
from slovomat.testing.fakepay import FakePay, Payment
from slovomat.testing.fakepay.house import standard_shops

_PAYMENTS = "fakepay.json"
_PROVIDERS = ("yookassa", "tkassa", "robokassa", "cloudpayments", "stripe")
_HERE = ("127.0.0.0/8",)


@contextlib.contextmanager
def fake_providers(folder: Path, port: int) -> Iterator[FakePay]:
    """The providers; their payments outlast a stop, so that a refund finds them."""
    here = f"http://{HOST}:{port}/pay"
    fake = FakePay(
        shops=_shops(),
        notify_url=f"{here}/{{provider}}/notify",
        return_url=f"{here}/{{provider}}/return",
        at_once=True,
    )
    file = folder / _PAYMENTS
    if file.exists() and (folder / DATABASE).exists():
        for payment in msgspec.json.decode(file.read_bytes(), type=list[Payment]):
            fake.house.desk.payments.add(payment)
    with fake:
        try:
            yield fake
        finally:
            keep(folder, fake)


def _shops() -> dict[str, Any]:
    """None is a test's, or there would be no revenue to look at: test payments do not count as such."""
    usual = standard_shops()
    return {
        "yookassa": replace(usual["yookassa"], secret_key="demo_yookassa", test=False),  # noqa: S106
        "tkassa": replace(usual["tkassa"], terminal_key="1700000000000"),
        "cloudpayments": replace(usual["cloudpayments"], public_id="pk_demo", test=False),
        "stripe": replace(usual["stripe"], secret_key="sk_demo_slovomat"),  # noqa: S106
    }


def keep(folder: Path, fake: FakePay) -> None:
    """Writes down how all payments stand, for the next start."""
    with fake.house.desk.lock:
        (folder / _PAYMENTS).write_bytes(msgspec.json.encode(fake.payments[::-1]))


def demo_settings(folder: Path, port: int, upstream_url: str, fake: FakePay) -> Settings:
    """Nothing of the surroundings counts: no file, no variable, no real provider."""
    shops = {name: fake.shop(name) for name in _PROVIDERS}
    values: dict[str, Any] = {
        **{f"{name}_url": fake.url(name) for name in _PROVIDERS},
        **{f"{name}_networks": _HERE for name in _PROVIDERS},
        "yookassa_url": f"{fake.url('yookassa')}/v3",
        "robokassa_refund_url": fake.url("robokassa"),
        "robokassa_receipt_url": fake.url("robokassa"),
        "yookassa_shop_id": shops["yookassa"].shop_id,
        "yookassa_secret_key": shops["yookassa"].secret_key,
        "tkassa_terminal_key": shops["tkassa"].terminal_key,
        "tkassa_password": shops["tkassa"].password,
        "robokassa_login": shops["robokassa"].login,
        "robokassa_password1": shops["robokassa"].password1,
        "robokassa_password2": shops["robokassa"].password2,
        "robokassa_password3": shops["robokassa"].password3,
        "robokassa_hash": shops["robokassa"].algorithm,
        "cloudpayments_public_id": shops["cloudpayments"].public_id,
        "cloudpayments_secret": shops["cloudpayments"].api_secret,
        "cloudpayments_test": shops["cloudpayments"].test,
        "stripe_secret_key": shops["stripe"].secret_key,
        "stripe_webhook_secret": shops["stripe"].webhook_secret,
    }
    return Settings(
        data=folder,
        host=HOST,
        port=port,
        site=f"http://{HOST}:{port}",
        upstream_url=upstream_url,
        upstream_model=MODEL,
        models=(MODEL,),
        upstream_price_prompt_kopecks_per_million=12_000,
        upstream_price_completion_kopecks_per_million=48_000,
        seller_name="ООО «Словомат-Демо»",
        seller_inn="7700000000",
        seller_kpp="770001001",
        seller_address="101000, Москва, Выдуманный переулок, д. 1",
        seller_bank_name="Банк «Пример»",
        seller_bank_bik="044525000",
        seller_bank_account="40702810000000000000",
        seller_bank_correspondent="30101810000000000000",
        seller_signer="директор О. П. Директорова",
        log_level="warning",
        **values,
    )


@contextlib.contextmanager
def clock_of(fake: FakePay, env: DemoEnv) -> Iterator[None]:
    """Payments of the past are made in the past; what the providers would have told then is not sent now."""
    desk = fake.house.desk
    real, desk.now_s = desk.now_s, lambda: env.now_ms() // 1000
    try:
        yield
    finally:
        with desk.lock:
            desk.now_s = real
            desk.pending.clear()
