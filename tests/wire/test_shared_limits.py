"""Two servers that share their limits through Valkey, which dies and comes back.

Two services with databases of their own, whose accounts bear the same numbers, stand for two nodes.
"""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.servers.valkey import ValkeyServer
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.conftest import OpenOffice
from tests.wire.customers import Customer, Office
from tests.wire.deadline import until
from tests.wire.every_dialect import openai

GUESSES = 6


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    """A Valkey that may be killed."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture(scope="module")
def nodes(open_office: OpenOffice, valkey: ValkeyServer) -> tuple[Office, Office]:
    """Two servers on it."""
    limits = {"bad_keys_per_minute": GUESSES, "concurrent_per_account": 1, "valkey_url": valkey.url}
    return open_office(**limits), open_office(**limits)


def guesses(office: Office, count: int) -> list[int]:
    """The statuses of so many wrong keys."""
    stranger = Customer(office.service.url, "nobody@example.org", "slv_wrong")
    return [openai(stranger).status_code for _ in range(count)]


def said(office: Office, words: str) -> int:
    """How often its log has the words."""
    return office.service.log.count(words)


def test_an_account_has_its_slots_on_all_servers_together(
    nodes: tuple[Office, Office], chaos: ChaosUpstream, name: str
) -> None:
    """With one generation on one server, another on the other one gets 429; then it passes."""
    one, other = (office.customer() for office in nodes)
    with chaos.held(name), one.hung_up(f"[[id:{name}]] [[gate]]"):
        until(lambda: chaos.count(name), 5, "the first one's call")
        assert openai(other).status_code == 429
    until(lambda: openai(other).status_code == 200, 5, "the slot")


def test_servers_share_a_window_until_valkey_dies_and_again_when_it_is_back(
    nodes: tuple[Office, Office], valkey: ValkeyServer
) -> None:
    """Each says at its start how far limits reach; the outage and its end stand in the log once."""
    one, other = nodes
    assert all("limits         shared through Valkey\n" in office.service.greeting for office in nodes)
    assert guesses(one, 4) == [401] * 4
    assert guesses(other, 4) == [401, 401, 429, 429]
    valkey.kill()
    assert guesses(other, 2) == [429] * 2  # it has heard of the four
    assert guesses(one, 3) == [401, 401, 429]  # it has not heard of the last two
    valkey.start()
    for office in nodes:
        until(partial(said, office, "valkey answers again"), 15, "Valkey")
        assert said(office, "valkey does not answer") == 1
        assert said(office, "valkey answers again") == 1
    assert guesses(one, 1) == [429]  # Valkey has forgotten all, but the node has not


def test_a_server_without_valkey_says_so(limited: Office) -> None:
    """In its greeting."""
    assert "limits         each node by itself\n" in limited.service.greeting
