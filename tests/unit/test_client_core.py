"""The pure half of the client: reading, waiting, choosing, without any network."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.client import BalanceTooLow, InvalidKey, SlovomatError
from slovomat.client.dialects import DIALECTS, DialectName
from slovomat.client.http import connection
from slovomat.client.options import Options, choose
from slovomat.client.plans import Planner
from slovomat.client.refusals import setback
from slovomat.client.retries import backoff_s, retry_after_s
from slovomat.client.wire import Answer, Call, NoAnswer, Reply

OPTIONS = Options(
    key="k",
    base_url="http://service.example",
    dialect="textbot",
    language="en",
    timeout_s=60,
    retries=4,
    knows_idempotency=True,
    clock=lambda: 0.0,
)
ANSWERS = st.builds(
    Answer,
    status=st.sampled_from([200, 202, 301, 400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503]),
    headers=st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text()),
    body=st.sampled_from(
        [
            b"",
            b"<html>",
            b"[1]",
            b'{"status": "processing"}',
            b'{"solving": true}',
            b'{"error": "e", "error_message": "e"}',
            b'{"units": "9", "balance": true, "id": null, "request_id": 1.5}',
            b'{"a": ' * 20_000,
            b'{"id": ' + b"9" * 5_000 + b"}",
            b"\xff\xfe{",
        ]
    )
    | st.binary(),
)
BROKEN = st.builds(
    NoAnswer, detail=st.text(), heard=st.booleans(), timed_out=st.booleans(), passing=st.booleans()
)


def chosen(key: str | None, base_url: str | None, environ: dict[str, str]) -> Options:
    """Options from arguments and environment."""
    return choose(
        key,
        base_url,
        environ,
        dialect="textbot",
        language="ru",
        timeout_s=1,
        retries=0,
        knows_idempotency=True,
        clock=lambda: 0.0,
    )


@given(st.sampled_from(list(DIALECTS)), st.lists(ANSWERS | BROKEN, min_size=5, max_size=5))
def test_whatever_comes_back_ends_the_plan(dialect: DialectName, replies: list[Reply]) -> None:
    """Any run of replies ends in a SlovomatError within the retries, and every attempt is the same call."""
    plan = Planner(replace(OPTIONS, dialect=dialect)).submit("text", "chat", None)
    calls = [next(plan).call]
    with pytest.raises(SlovomatError) as caught:
        calls.extend(plan.send(reply).call for reply in replies)
    assert len({call.idempotency_key for call in calls}) == 1
    assert caught.value.message


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("7", "", 7.0),
        ("0.5", "", 0.5),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:30 GMT", None),
        ("-1", "", None),
        ("nan", "", None),
        ("inf", "", None),
        ("soon", "soon", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_or_left(header: str, date: str, seconds: float | None) -> None:
    """Seconds and dates count; junk is no advice."""
    assert retry_after_s({"retry-after": header, "date": date}) == seconds


def test_backoff_doubles_and_differs_between_calls() -> None:
    """Two clients that fail together do not come back together."""
    calls = [Call("/", {}, f"key {i}") for i in range(50)]
    for attempt, full_s in enumerate([0.5, 1.0, 2.0, 4.0, 8.0, 8.0]):
        pauses = [backoff_s(call, attempt) for call in calls]
        assert all(full_s / 2 < pause <= full_s for pause in pauses)
        assert len(set(pauses)) > 25
    assert backoff_s(calls[0], 10_000) <= 8.0


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Некорректный API ключ. Получить можно на https://x/account", "InvalidKey"),
        ("Неверный ключ. Ключ и тариф: https://x/subscription", "InvalidKey"),
        ("Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный.", "PlanClosed"),
        ("The API is open on the plans Prestige, Pro only.", "PlanClosed"),
        ("Invalid API key", "InvalidKey"),
        ("Доступ запрещён", "InvalidKey"),
    ],
)
def test_a_403_is_told_apart_by_its_words(message: str, kind: str) -> None:
    """A bad key and a closed plan share a status."""
    reply = Answer(403, {}, b'{"success": false, "error": "' + message.encode() + b'"}')
    chatinfo = DIALECTS["chatinfo"]
    assert type(setback(reply, chatinfo.balance("k"), chatinfo, "ru").error).__name__ == kind


def test_the_environment_names_key_and_service() -> None:
    """Arguments come first, then the environment, then this machine."""
    environ = {"SLOVOMAT_KEY": "from env", "SLOVOMAT_URL": "https://env.example/"}
    assert (chosen(None, None, environ).key, chosen(None, None, environ).base_url) == (
        "from env",
        "https://env.example",
    )
    assert chosen("mine", "http://mine.example", environ).key == "mine"
    assert chosen("mine", None, {}).base_url == "http://127.0.0.1:8080"


def test_a_client_without_a_key_is_not_made() -> None:
    """The error says what to set."""
    with pytest.raises(InvalidKey, match="SLOVOMAT_KEY"):
        chosen(None, None, {})


def test_a_url_without_a_scheme_is_not_taken() -> None:
    """A host alone is a mistake worth telling early."""
    with pytest.raises(ValueError, match="http://"):
        chosen("k", "service.example", {})


def test_the_key_is_not_shown() -> None:
    """Options in a log or a traceback hide it."""
    assert "secret" not in repr(replace(OPTIONS, key="secret"))


@pytest.mark.parametrize(
    ("url", "asks_proxy"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://localhost", False),
        ("http://[::1]:1", False),
        ("https://service.example", True),
    ],
)
def test_loopback_needs_no_proxy(url: str, asks_proxy: bool) -> None:
    """The environment's proxy is for services elsewhere."""
    assert connection(replace(OPTIONS, base_url=url))["trust_env"] is asks_proxy


def test_half_a_surrogate_pair_is_left_to_the_service() -> None:
    """A text that is no Unicode does not break the client; the service answers 400."""
    assert b"\xed\xa0\xbd" in Call("/", {"content": "\ud83d"}).body


def test_errors_survive_pickling() -> None:
    """An error raised in a worker process reaches the parent whole."""
    copy = pickle.loads(pickle.dumps(BalanceTooLow("low", id=7, balance=1)))  # noqa: S301 - our own bytes
    assert (copy.message, copy.id, copy.balance) == ("low", 7, 1)
