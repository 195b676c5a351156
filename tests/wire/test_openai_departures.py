"""Clients that leave: what they are charged, and that the upstream is not kept working for nobody."""

import pytest
import requests

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office
from tests.wire.deadline import until


def closed_at(office: Office, customer: Customer, balance: int) -> None:
    """Every hold is closed, and this is what is left: a balance alone may still change."""
    closing = {"settle", "release", "expire"}

    def closed() -> bool:
        kinds = [kind for kind, _, _ in office.entries(customer)]
        return kinds.count("hold") == sum(kinds.count(kind) for kind in closing)

    until(closed, 5, "the closing of every hold")
    assert customer.balance() == balance


def leave_at_once(customer: Customer, chaos: ChaosUpstream, name: str, stream: bool, extra: str) -> None:
    """Send a call, wait until the upstream has it, and hang up without having read a byte."""
    with customer.hung_up(f"Привет [[id:{name}]] {extra}", stream=stream):
        chaos.call(name)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("extra", ["[[gate]]", "[[fault:hang-headers]]", "[[fault:hang-first]]"])
def test_leaving_before_anything_was_delivered(
    office: Office, chaos: ChaosUpstream, name: str, stream: bool, extra: str
) -> None:
    """A client that leaves before the first piece pays nothing, and the upstream is let go within 2 s."""
    customer = office.customer()
    with chaos.held(name):
        leave_at_once(customer, chaos, name, stream, extra)
        assert chaos.call(name).left.wait(2)
        closed_at(office, customer, 100)
    assert chaos.count(name) == 1


def test_leaving_a_plain_answer_half_way(
    office: Office, customer: Customer, chaos: ChaosUpstream, name: str
) -> None:
    """A plain answer that was still being made is stopped, and free."""
    leave_at_once(customer, chaos, name, False, "[[fault:hang-middle]]")
    assert chaos.call(name).left.wait(2)
    closed_at(office, customer, 100)


def test_leaving_a_stream_after_the_first_piece(
    office: Office, customer: Customer, chaos: ChaosUpstream, name: str
) -> None:
    """A client that leaves after the first piece pays; the upstream is let go within 2 s."""
    prompt = f"Привет [[id:{name}]] [[fault:hang-middle]]"
    with customer.chat(prompt, live=True, stream=True) as answer:
        assert next(answer.iter_lines(chunk_size=1)).startswith(b"data: ")
    assert chaos.call(name).left.wait(2)
    closed_at(office, customer, 98)


def test_leaving_after_a_comment_only(chatty: Office, chaos: ChaosUpstream, name: str) -> None:
    """A keep-alive comment is no piece: a client that got only that pays nothing."""
    customer = chatty.customer()
    with chaos.held(name):
        with customer.chat(f"Привет [[id:{name}]] [[gate]]", live=True, stream=True) as answer:
            assert next(answer.iter_lines(chunk_size=1)) == b": keep-alive"
        assert chaos.call(name).left.wait(2)
    closed_at(chatty, customer, 100)


def test_a_reader_to_the_end_is_charged_once(
    office: Office, customer: Customer, chaos: ChaosUpstream, name: str
) -> None:
    """Hanging up after `[DONE]` changes nothing."""
    with customer.chat(f"Привет [[id:{name}]]", live=True, stream=True) as answer:
        assert list(answer.iter_lines())[-2] == b"data: [DONE]"
    closed_at(office, customer, 98)
    assert chaos.call(name).done.wait(2)
    assert not chaos.call(name).left.is_set()


def test_a_job_outlives_its_client(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """Jobs do not need their client: the one that left finds the result later."""
    with chaos.held(name):
        job = customer.job(f"Привет [[id:{name}]] [[gate]] [[say:готово]]")
        chaos.call(name)
    assert customer.ended(job)["result"] == "готово"
    assert customer.balance() == 98


def test_leaving_under_an_idempotency_key(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """A stream that was paid for under a key goes on without its client, who finds it by a repeat."""
    prompt, header = f"Привет [[id:{name}]] [[gate:middle]]", {"Idempotency-Key": name}
    with chaos.held(name):
        with customer.chat(prompt, header, live=True, stream=True) as answer:
            next(answer.iter_lines(chunk_size=1))
        assert customer.balance() == 98
    repeats: list[requests.Response] = []

    def answered() -> bool:
        repeats.append(customer.chat(prompt, header, stream=True))
        return repeats[-1].status_code == 200

    until(answered, 5, "the answer of the repeat")
    assert repeats[-1].headers["Idempotent-Replayed"] == "true"
    assert repeats[-1].text.endswith("data: [DONE]\n\n")
    assert chaos.count(name) == 1
    assert customer.balance() == 98
