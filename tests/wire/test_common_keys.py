"""What a key may do, and how soon a change of it counts."""

import pytest

from tests.wire.customers import Customer, Office
from tests.wire.deadline import until
from tests.wire.every_dialect import chatinfo, openai, textbot


def test_a_revoked_key_dies_within_a_second(office: Office) -> None:
    """After `key revoke` every dialect answers like to an unknown key; the account's others live."""
    customer = office.customer()
    other = office.another_key(customer)
    assert textbot(customer).status_code == 200
    office.service.command("key", "revoke", str(customer.key_id))
    until(lambda: customer.textbot("balance").status_code == 403, 1, "the end of a key")
    assert [create(customer).status_code for create in (textbot, chatinfo, openai)] == [403, 403, 401]
    assert openai(customer).json()["error"]["code"] == "invalid_api_key"
    assert textbot(other).status_code == 200


def test_a_blocked_account_is_refused_within_a_second(office: Office) -> None:
    """Its keys are like unknown ones until it is unblocked."""
    customer = office.customer()
    assert customer.balance() == 100
    office.service.command("user", "block", customer.email)
    until(lambda: customer.textbot("balance").status_code == 403, 1, "the block")
    office.service.command("user", "unblock", customer.email)
    until(lambda: customer.textbot("balance").status_code == 200, 1, "the end of the block")


def test_an_expired_key(office: Office, customer: Customer) -> None:
    """A key ends at its time, though it was in use a moment before."""
    brief = office.another_key(customer, expires_at_ms=office.now_ms() + 1_500)
    assert textbot(brief).status_code == 200
    until(lambda: brief.textbot("balance").status_code == 403, 3, "the key's end")
    assert openai(brief).status_code == 401
    assert textbot(customer).status_code == 200


def test_a_key_that_may_not_read_the_balance(office: Office, customer: Customer) -> None:
    """It generates, and is told so when it asks for the balance or the units."""
    shy = office.another_key(customer, reads_balance=False)
    assert textbot(shy).status_code == 200
    for path in ("/api/balance", "/api/gpt/units"):
        refused = shy.post(path, {"key": shy.key})
        assert refused.status_code == 403
        assert "balance" in (refused.json().get("error") or refused.json()["error_message"])


@pytest.mark.parametrize("cap", ["cap_day", "cap_total"])
def test_a_keys_cap(office: Office, customer: Customer, cap: str) -> None:
    """A capped key shows and spends no more than its cap; a failed call counts for nothing."""
    capped = office.another_key(customer, **{cap: 5})
    assert capped.balance() == 5
    assert capped.chat("Привет [[fault:401]]").status_code == 502
    assert textbot(capped).json()["balance"] == 3
    assert chatinfo(capped).json()["units"] == 0
    refused = textbot(capped)
    assert (refused.status_code, refused.json()["balance"]) == (403, 1)
    assert chatinfo(capped).json()["units"] == 0
    answer = openai(capped)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    assert customer.balance() == 96


def test_a_keys_modes(office: Office, customer: Customer) -> None:
    """A key bound to modes makes nothing else, by no dialect."""
    bound = office.another_key(customer, modes=("essay", "poems"))
    assert bound.textbot("generate_response", input_text="Осень", mode="essay").status_code == 200
    assert bound.chat("Осень", model="mode-poems").status_code == 200
    assert textbot(bound).status_code == 403
    assert chatinfo(bound).status_code == 403
    assert bound.chat("Осень", model="mode-story").status_code == 403
    assert openai(bound).status_code == 403
    assert customer.balance() == 96


def test_a_keys_dialects(office: Office, customer: Customer) -> None:
    """A key bound to dialects opens no other, their free calls included."""
    bound = office.another_key(customer, dialects=("textbot",))
    assert textbot(bound).status_code == 200
    assert chatinfo(bound).status_code == 403
    assert bound.chatinfo("units").json()["success"] is False
    assert bound.get("/v1/models").status_code == 403
    assert openai(bound).json()["error"]["type"] == "invalid_request_error"


def test_a_keys_networks(office: Office, customer: Customer) -> None:
    """A key bound to networks works from there alone."""
    near = office.another_key(customer, networks=("10.0.0.0/8", "127.0.0.0/8"))
    far = office.another_key(customer, networks=("10.0.0.0/8", "::1/128"))
    assert [create(near).status_code for create in (textbot, chatinfo, openai)] == [200, 200, 200]
    assert [create(far).status_code for create in (textbot, chatinfo, openai)] == [403, 403, 403]
    assert far.textbot("balance").status_code == 403


def test_guessing_keys_is_slowed(limited: Office) -> None:
    """After some wrong keys from one address further ones get 429 with `Retry-After`; good keys work."""
    customer = limited.customer()
    good = customer.key
    customer.key = "slv_" + "0" * 38
    assert [create(customer).status_code for create in (textbot, chatinfo, openai)] == [403, 403, 401]
    answers = [create(customer) for create in (textbot, chatinfo, openai)]
    assert [answer.status_code for answer in answers] == [429, 429, 429]
    assert all(50 < int(answer.headers["Retry-After"]) <= 60 for answer in answers)
    assert answers[2].json()["error"]["code"] == "rate_limit_exceeded"
    customer.key = good
    assert [create(customer).status_code for create in (textbot, chatinfo, openai)] == [200, 200, 200]
