"""The Python client against the documented service, on loopback; each test runs sync and async."""

from collections.abc import Iterator

import pytest
from tests.wire.documented_clients.played_service import BAD_KEY, CLOSED, KEY, Canned, PlayedService, playing
from tests.wire.documented_clients.stage import Hours, Open, opening

from slovomat import client as sdk

CREATE = {"textbot": "/api/generate_response", "chatinfo": "/api/gpt/create_request"}


@pytest.fixture
def hours() -> Hours:
    """Virtual time."""
    return Hours()


@pytest.fixture
def service() -> Iterator[PlayedService]:
    """The played service."""
    with playing() as played:
        yield played


@pytest.fixture(params=["sync", "async"])
def open_client(request: pytest.FixtureRequest, service: PlayedService, hours: Hours) -> Iterator[Open]:
    """Opens clients of the played service."""
    with opening(request.param, hours, service.url, KEY) as opened:
        yield opened


@pytest.fixture(params=["textbot", "chatinfo"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Both job dialects."""
    return str(request.param)


def creates(service: PlayedService) -> list[str]:
    """The idempotency keys of the paid calls, in order."""
    return [call.headers["idempotency-key"] for call in service.heard if call.path in CREATE.values()]


def test_generate_brings_the_text(open_client: Open, dialect: str) -> None:
    """A text goes in with its mode, and the answer comes out."""
    assert open_client(dialect=dialect).generate("о лете", "essay") == "essay: о лете"


def test_submit_tells_id_and_balance(open_client: Open, dialect: str) -> None:
    """What is left is counted in requests in both dialects, units or not."""
    assert open_client(dialect=dialect).submit("text") == sdk.Submitted(id=1000, balance=594)


def test_status_goes_from_processing_to_completed(open_client: Open, dialect: str) -> None:
    """Status is a typed value, and asks once."""
    client = open_client(dialect=dialect)
    id = client.submit("text", "post").id
    assert client.status(id) == sdk.Processing(id)
    assert client.status(id) == sdk.Completed(id, "post: text")


def test_balance_is_in_requests(open_client: Open, dialect: str) -> None:
    """A unit of chatinfo is two requests."""
    assert open_client(dialect=dialect).balance() == 596


def test_polls_begin_quickly_and_grow_calm(open_client: Open, service: PlayedService, hours: Hours) -> None:
    """The first pause is 0.3 s, the longest 2 s."""
    service.polls_at_work = 8
    open_client().generate("text")
    assert hours.pauses[0] == 0.3
    assert hours.pauses == sorted(hours.pauses)
    assert hours.pauses[-1] == 2.0


@pytest.mark.parametrize("fault", ["act, then hang up", "act, then send half"])
def test_a_lost_answer_is_paid_once(
    open_client: Open, dialect: str, service: PlayedService, fault: str
) -> None:
    """When the answer is lost after the request was accepted, the retry bears the same key."""
    service.faults.append(fault)  # type: ignore[arg-type]
    assert open_client(dialect=dialect).submit("text").balance == 594
    assert len(creates(service)) == 2
    assert len(set(creates(service))) == 1


def test_a_silent_service_is_asked_again_under_the_same_key(
    open_client: Open, service: PlayedService
) -> None:
    """A read timeout on an accepted request costs nothing more."""
    service.faults.append("act, then say nothing")
    assert open_client(timeout_s=1.2).submit("text").balance == 594
    assert len(set(creates(service))) == 1


def test_nothing_doubtful_is_repeated_where_keys_are_unknown(
    open_client: Open, service: PlayedService
) -> None:
    """With knows_idempotency=False a lost answer is an error, and is not paid again."""
    service.knows_idempotency = False
    service.faults.append("act, then hang up")
    with pytest.raises(sdk.ServiceUnreachable):
        open_client(knows_idempotency=False).submit("text")
    assert service.balance == 594


def test_a_plain_refusal_is_repeated_even_where_keys_are_unknown(
    open_client: Open, service: PlayedService
) -> None:
    """A 503 says that nothing was accepted, so that a repeat is safe everywhere."""
    service.faults.append(Canned(503, b""))
    assert open_client(knows_idempotency=False).submit("text").id == 1000


def test_two_submits_are_two_requests(open_client: Open, service: PlayedService) -> None:
    """Each submit draws a key of its own."""
    client = open_client()
    assert client.submit("text").id != client.submit("text").id
    assert len(set(creates(service))) == 2


def test_a_named_submit_may_be_repeated(open_client: Open) -> None:
    """The caller's own idempotency key finds the first request again."""
    client = open_client()
    named = client.submit("text", idempotency_key="order 7")
    assert client.submit("text", idempotency_key="order 7") == named


@pytest.mark.parametrize("name", ["", "a" * 256, "новый", "a\nb"])
def test_a_bad_idempotency_key_is_told_at_once(open_client: Open, service: PlayedService, name: str) -> None:
    """Nothing is sent under a key that no service could take."""
    with pytest.raises(ValueError, match="printable"):
        open_client().submit("text", idempotency_key=name)
    assert service.heard == []


def test_retry_after_is_honoured(open_client: Open, service: PlayedService, hours: Hours) -> None:
    """After a 429 the client rests as long as the service says."""
    service.faults.append(Canned(429, b'{"status": "failed", "error_message": "x"}', {"Retry-After": "7"}))
    open_client().submit("text")
    assert hours.pauses == [7.0]


def test_a_long_retry_after_is_told_instead(open_client: Open, service: PlayedService, hours: Hours) -> None:
    """Nobody sleeps for an hour: the error says how long it would be."""
    body = '{"success": false, "error": "слишком часто"}'.encode()
    service.faults.append(Canned(429, body, {"Retry-After": "3600"}))
    with pytest.raises(sdk.RateLimited, match="слишком часто") as caught:
        open_client(dialect="chatinfo").submit("text")
    assert caught.value.retry_after_s == 3600
    assert hours.pauses == []


def test_a_passing_overload_is_not_seen(open_client: Open, service: PlayedService, hours: Hours) -> None:
    """503 and an HTML 502 are retried with growing pauses."""
    service.faults += [Canned(503, b""), Canned(502, b"<html>Bad Gateway</html>"), Canned(409, b"{}")]
    assert open_client().submit("text").id == 1000
    assert hours.pauses == sorted(hours.pauses)
    assert 0.25 < hours.pauses[0] <= 0.5


def test_a_lasting_overload_is_told(open_client: Open, service: PlayedService) -> None:
    """Retries have an end, and the error bears the service's words."""
    body = '{"status": "failed", "error_message": "Позже"}'.encode()
    service.faults += [Canned(503, body)] * 3
    with pytest.raises(sdk.Overloaded, match="Позже"):
        open_client(retries=2).submit("text")
    assert service.balance == 596


def test_a_lasting_502_page_is_no_service(open_client: Open, service: PlayedService) -> None:
    """HTML is never shown as the service's words."""
    service.faults += [Canned(502, b"<html>Bad Gateway</html>")] * 2
    with pytest.raises(sdk.ServiceUnreachable, match="HTTP 502"):
        open_client(retries=1).balance()


def test_polling_survives_what_a_restart_does(
    open_client: Open, dialect: str, service: PlayedService
) -> None:
    """Trouble between polls does not lose a request that is paid for."""
    client = open_client(dialect=dialect)
    id = client.submit("text", "chat").id
    service.faults += ["act, then hang up", Canned(503, b""), Canned(200, b"<html>"), Canned(429, b"")]
    assert client.wait(id) == "chat: text"


def test_an_error_after_acceptance_bears_the_id(
    open_client: Open, dialect: str, service: PlayedService
) -> None:
    """Who gives up on generate can take the request up again."""
    client = open_client(dialect=dialect, retries=0)
    id = client.submit("text").id
    service.faults.append(Canned(502, b""))
    with pytest.raises(sdk.ServiceUnreachable) as caught:
        client.wait(id)
    assert caught.value.id == id
    assert client.wait(id) == "chat: text"


def test_a_failed_generation_is_told(open_client: Open, dialect: str, service: PlayedService) -> None:
    """The error bears the id and the service's words; status tells the same as a value."""
    service.polls_at_work = 0
    service.fails_with = "Не вышло"
    client = open_client(dialect=dialect)
    with pytest.raises(sdk.GenerationFailed, match="Не вышло") as caught:
        client.generate("text")
    assert caught.value.id == 1000
    assert client.status(1000) == sdk.Failed(1000, "Не вышло")


def test_time_runs_out_while_the_service_works(
    open_client: Open, dialect: str, service: PlayedService
) -> None:
    """TimedOut bears the id, and waiting on finishes the request without paying again."""
    service.polls_at_work = 12
    client = open_client(dialect=dialect)
    with pytest.raises(sdk.TimedOut) as caught:
        client.generate("text", timeout_s=5.0)
    assert caught.value.id == 1000
    assert client.wait(1000, timeout_s=60.0) == "chat: text"
    assert service.balance == 594


def test_an_unknown_key_is_told(open_client: Open, dialect: str) -> None:
    """In the service's words, once."""
    with pytest.raises(sdk.InvalidKey, match=BAD_KEY):
        open_client(dialect=dialect, key="bad").submit("text")
    with pytest.raises(sdk.InvalidKey):
        open_client(dialect=dialect, key="bad").balance()


def test_a_low_balance_is_told_in_requests(open_client: Open, dialect: str, service: PlayedService) -> None:
    """The balance is read from the field, and nothing is retried."""
    service.balance = 1
    with pytest.raises(sdk.BalanceTooLow, match="Недостаточно") as caught:
        open_client(dialect=dialect).submit("text")
    assert caught.value.balance == {"textbot": 1, "chatinfo": 0}[dialect]
    assert len(service.heard) == 1


def test_a_closed_plan_is_told(open_client: Open, service: PlayedService) -> None:
    """A 403 about the plan is not a bad key."""
    service.plan_open = False
    with pytest.raises(sdk.PlanClosed, match=CLOSED):
        open_client(dialect="chatinfo").balance()


def test_an_unknown_request_is_told(open_client: Open, dialect: str, service: PlayedService) -> None:
    """A 404 of a poll is RequestNotFound, be its body JSON or HTML."""
    client = open_client(dialect=dialect)
    with pytest.raises(sdk.RequestNotFound, match="не найден"):
        client.status(7)
    service.faults.append(Canned(404, b"<html>"))
    with pytest.raises(sdk.RequestNotFound):
        client.status(7)


def test_a_bad_request_is_told(open_client: Open, service: PlayedService) -> None:
    """What the service does not understand is not sent again."""
    service.faults.append(Canned(400, b'{"status": "failed", "error_message": "mode: no"}'))
    with pytest.raises(sdk.BadRequest, match="mode: no"):
        open_client().submit("text", "juggling")
    assert len(service.heard) == 1


def test_a_foreign_site_is_not_the_service(open_client: Open, service: PlayedService) -> None:
    """A 404 page on create means a wrong address."""
    service.faults.append(Canned(404, b"<html>"))
    with pytest.raises(sdk.ServiceUnreachable, match="HTTP 404"):
        open_client().submit("text")


def test_nobody_there_is_told_after_retries(open_client: Open, hours: Hours) -> None:
    """A refused connection is retried, then told."""
    with pytest.raises(sdk.ServiceUnreachable):
        open_client(base_url="http://127.0.0.1:9", retries=3).balance()
    assert len(hours.pauses) == 3


def test_the_call_is_what_the_documentation_says(open_client: Open, service: PlayedService) -> None:
    """Exactly the documented fields in the body; the idempotency key is a header only."""
    open_client(language="en").submit("текст", "post")
    call = service.heard[0]
    assert call.path == "/api/generate_response"
    assert call.fields == {"input_text": "текст", "mode": "post", "key": KEY}
    assert call.headers["accept-language"] == "en"
