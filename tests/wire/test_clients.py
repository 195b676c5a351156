"""Programs that were not written for this service, and the one that was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from slovomat.client import (
    AsyncSlovomat,
    BadRequest,
    BalanceTooLow,
    GenerationFailed,
    InvalidKey,
    PlanClosed,
    RequestNotFound,
    Slovomat,
)
from slovomat.client.dialects import DialectName
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office

FOLDER = Path(__file__).parent / "documented_clients"
DOCUMENTED = pytest.mark.parametrize("script", ["textbot_client.py", "chatinfo_client.py"])
BOTH_DIALECTS = pytest.mark.parametrize("dialect", ["textbot", "chatinfo"])


def run(script: str, customer: Customer, text: str, mode: str = "essay") -> tuple[int, str, str]:
    """Exit code, output and errors of a documented client."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), customer.url, customer.key, text, mode],
        env={"POLL_PAUSE_S": "0.1", "PYTHONUTF8": "1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@DOCUMENTED
def test_the_documented_clients(customer: Customer, script: str) -> None:
    """With nothing changed but host and key they print the text."""
    assert run(script, customer, "Осень [[say:Вот сочинение]]") == (0, "Вот сочинение\n", "")
    assert customer.balance() == 98


@DOCUMENTED
def test_the_documented_clients_poll(
    customer: Customer, chaos: ChaosUpstream, name: str, script: str
) -> None:
    """They wait while the model works, and get the text in the end."""
    text = f"Осень [[id:{name}]] [[fault:503 times=1]] [[say:готово]]"
    assert run(script, customer, text) == (0, "готово\n", "")
    assert chaos.count(name) == 2


@DOCUMENTED
def test_the_documented_clients_print_refusals(office: Office, script: str) -> None:
    """No money, no plan, an unknown mode, a failed generation: they print our words, and no traceback."""
    poor = office.customer(plan="Бесплатный")
    code, output, error = run(script, poor, "Осень")
    words = "Недостаточно запросов" if "textbot" in script else "Использовать API можно только на тарифе"
    assert (code, output) == (1, "")
    assert error.startswith(words)
    rich = office.customer()
    assert run(script, rich, "Осень", "haiku")[2].startswith("Неизвестный режим mode. Допустимые: chat, ")
    assert run(script, rich, "Осень [[fault:401]]") == (
        1,
        "",
        "Модель не смогла ответить. Запросы возвращены на баланс.\n",
    )
    rich.key = "nonsense"
    assert run(script, rich, "Осень")[2].startswith("Некорректный API ключ. Получить можно на http://")


@BOTH_DIALECTS
def test_our_client(customer: Customer, dialect: DialectName) -> None:
    """It waits and returns the text; submit, status, wait and balance agree."""
    with Slovomat(customer.key, customer.url, dialect=dialect) as client:
        assert client.generate("Осень [[say:Вот]]", mode="poems") == "Вот"
        submitted = client.submit("Осень [[say:Ещё]]")
        assert submitted.balance == 96
        assert client.wait(submitted.id) == "Ещё"
        assert client.balance() == 96
    assert customer.balance() == 96


@pytest.mark.anyio
@BOTH_DIALECTS
async def test_our_async_client(customer: Customer, dialect: DialectName) -> None:
    """The same, awaited."""
    async with AsyncSlovomat(customer.key, customer.url, dialect=dialect) as client:
        assert await client.generate("Осень [[say:Вот]]", mode="poems") == "Вот"
        submitted = await client.submit("Осень [[say:Ещё]]")
        assert await client.wait(submitted.id) == "Ещё"
        assert await client.balance() == 96


@BOTH_DIALECTS
def test_our_clients_errors(office: Office, dialect: DialectName) -> None:
    """Each refusal is its own exception, with the service's words."""
    rich, poor = office.customer(), office.customer(plan="Бесплатный")
    capped = office.another_key(rich, cap_total=1)
    with Slovomat(rich.key, rich.url, dialect=dialect) as client:
        with pytest.raises(GenerationFailed, match="Модель не смогла ответить") as failed:
            client.generate("Осень [[fault:401]]")
        assert failed.value.id
        with pytest.raises(BadRequest, match="Неизвестный режим"):
            client.submit("Осень", mode="haiku")
        with pytest.raises(RequestNotFound):
            client.status(1 << 40)
    with Slovomat("nonsense", rich.url, dialect=dialect) as client, pytest.raises(InvalidKey):
        client.balance()
    expected = BalanceTooLow if dialect == "textbot" else PlanClosed
    with Slovomat(poor.key, poor.url, dialect=dialect) as client, pytest.raises(expected):
        client.submit("Осень")
    with Slovomat(capped.key, rich.url, dialect=dialect) as client, pytest.raises(BalanceTooLow):
        client.submit("Осень")
    assert rich.balance() == 100


@BOTH_DIALECTS
def test_our_client_speaks_english(office: Office, dialect: DialectName) -> None:
    """`language="en"` gets the English words."""
    customer = office.customer()
    with (
        Slovomat(customer.key, customer.url, dialect=dialect, language="en") as client,
        pytest.raises(GenerationFailed, match="The model could not answer"),
    ):
        client.generate("Autumn [[fault:401]]")


def test_our_client_repeats_without_paying_twice(customer: Customer) -> None:
    """Under one idempotency key two submits are one request."""
    with Slovomat(customer.key, customer.url) as client:
        ids = {client.submit("Осень", idempotency_key="mine").id for _ in range(2)}
    assert len(ids) == 1
    assert customer.balance() == 98
