"""What `slovomat doctor` says of payments."""

import sqlite3
from pathlib import Path

import pytest
from tests.cli_operator import Operator

STRIPE = {"SLOVOMAT_STRIPE_SECRET_KEY": "sk_live_1", "SLOVOMAT_STRIPE_WEBHOOK_SECRET": "whsec_1"}
YOOKASSA = {"SLOVOMAT_YOOKASSA_SHOP_ID": "1", "SLOVOMAT_YOOKASSA_SECRET_KEY": "test_1"}
UPSTREAM = {"SLOVOMAT_UPSTREAM_URL": "https://api.example/v1", "SLOVOMAT_UPSTREAM_KEY": "k"}


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator of an instance with an account."""
    made = Operator(tmp_path / "data")
    made.run("user", "add", "a@b.c")
    return made


def checks(operator: Operator, **env: str) -> dict[str, dict[str, str]]:
    """Those of payments, by the provider's name."""
    report = operator.json("doctor", "--no-call", env=UPSTREAM | env)
    return {
        one["name"].removeprefix("payments: "): one
        for one in report["checks"]
        if one["name"].startswith("payments")
    }


def test_no_provider_is_nothing_wrong(operator: Operator) -> None:
    """Many sell by codes alone."""
    assert checks(operator)["payments"]["state"] == "ok"


def test_until_a_payment_has_gone_through_it_is_verified_against_the_fake_only(operator: Operator) -> None:
    """A payment at the provider's own address, and only that, is the proof."""
    assert checks(operator, **STRIPE)["stripe"]["detail"] == "verified against the fake only"
    told = operator.run("doctor", "--no-call", "--lang", "ru", env=UPSTREAM | STRIPE)
    assert "проверен только на имитации" in told
    with sqlite3.connect(operator.data / "slovomat.db") as books:
        books.execute("INSERT INTO instance (name, value) VALUES ('payment_proven_stripe', '1764000000000')")
    proven = checks(operator, **STRIPE)["stripe"]
    assert (proven["state"], "2025-11-24" in proven["detail"]) == ("ok", True)


def test_what_one_should_know_before_people_pay(operator: Operator) -> None:
    """Play money on a public site, a stand-in, notices from anywhere, a proxy that nobody named."""
    public = {"SLOVOMAT_SITE": "https://words.example"}
    detail = checks(operator, **YOOKASSA, **public)["yookassa"]["detail"]
    assert "test mode on a public site" in detail
    assert "behind a proxy that is not named" in detail
    stood_in = {"SLOVOMAT_YOOKASSA_URL": "http://127.0.0.1:1/v3", "SLOVOMAT_YOOKASSA_NETWORKS": ""}
    detail = checks(operator, **YOOKASSA, **stood_in)["yookassa"]["detail"]
    assert "which is not its own" in detail
    assert "from any address" in detail
    named = checks(operator, **YOOKASSA, **public, SLOVOMAT_TRUSTED_PROXIES="10.0.0.1")["yookassa"]
    assert "proxy" not in named["detail"]
    assert "test_1" not in str(named)
