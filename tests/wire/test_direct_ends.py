"""How direct exchanges end: clients that leave, idle away, read slowly; a service that stops, or is full."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office
from tests.wire.deadline import until
from tests.wire.hostile_stage import Stage, Wire, stage
from tests.wire.test_direct import BALANCE, balance, chat, raw, three_times
from tests.wire.test_openai_departures import closed_at

IDLE_S = 1


@pytest.fixture(scope="module", params=[True, False], ids=["direct", "asgi"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service without patience for idle connections; what holds on one way holds on the other."""
    limits = {"direct": request.param, "idle_timeout_s": IDLE_S, "upstream_max_response_bytes": 1 << 26}
    with stage(tmp_path_factory.mktemp("ends"), **limits) as made:
        made.key = made.account(requests=1000)
        yield made


def known(wire: Wire, key: str) -> Wire:
    """The connection, on which chat calls of this key are known."""
    wire.send(chat(key, "", stream=True).replace(b'"role"', b'"rule"')).reply()
    return wire


def caller(customer: Customer, office: Office) -> Wire:
    """A connection of the customer's."""
    return known(Wire(int(office.service.url.rpartition(":")[2])), customer.key)


# Clients that leave


@pytest.mark.parametrize("stream", [False, True])
def test_who_leaves_before_anything_came_pays_nothing(
    office: Office, chaos: ChaosUpstream, name: str, stream: bool
) -> None:
    """The upstream is let go at once."""
    customer = office.customer()
    with chaos.held(name), caller(customer, office) as wire:
        wire.send(chat(customer.key, f"[[id:{name}]] [[gate]]", stream=stream))
        chaos.call(name)
        wire.__exit__()
        assert chaos.call(name).left.wait(2)
        closed_at(office, customer, 100)


def test_who_leaves_a_stream_after_its_first_piece_pays(
    office: Office, chaos: ChaosUpstream, name: str
) -> None:
    """And the upstream is let go."""
    customer = office.customer()
    with caller(customer, office) as wire:
        wire.send(chat(customer.key, f"[[id:{name}]] [[fault:hang-middle]]", stream=True))
        until(lambda: b"data: " in wire.peek(), 5, "the first piece")
        wire.__exit__()
        assert chaos.call(name).left.wait(2)
        closed_at(office, customer, 98)


def test_who_leaves_with_requests_read_ahead_pays_for_none_of_them(
    office: Office, chaos: ChaosUpstream, name: str
) -> None:
    """What was not begun is dropped with the connection."""
    customer = office.customer()
    with chaos.held(name), caller(customer, office) as wire:
        wire.send(chat(customer.key, f"[[id:{name}]] [[gate]]"))
        chaos.call(name)
        for _ in range(3):
            wire.send(chat(customer.key, f"[[id:{name}]]"))
        wire.__exit__()
        assert chaos.call(name).left.wait(2)
        closed_at(office, customer, 100)
    assert chaos.count(name) == 1


# Idle and slow ones


def test_more_than_is_read_ahead(target: Stage) -> None:
    """Half a megabyte of requests behind one that is under way: read when it is their turn, all answered."""
    name = f"ahead-{id(target)}"
    big = raw(BALANCE, target.key, more="x" * 5000)
    with target.wire() as wire, target.upstream.held(name):
        three_times(wire, chat(target.key))
        wire.send(chat(target.key, f"[[id:{name}]] [[gate]]"))
        target.upstream.call(name)
        wire.send(big * 10)
        with ThreadPoolExecutor(1) as threads:
            threads.submit(wire.send, big * 90)  # which waits until somebody reads again
            target.upstream.open_gate(name)
            assert wire.reply().json["choices"]
        assert all(wire.reply().status == 200 for _ in range(100))
        assert wire.send(balance(target.key)).reply().status == 200


def test_an_idle_connection_is_closed_after_a_direct_answer(target: Stage) -> None:
    """As after any other: the server ends it, with nothing more said."""
    with target.wire() as wire:
        three_times(wire, balance(target.key))
        assert wire.ended()


def test_a_connection_in_use_is_not_idle(target: Stage) -> None:
    """A direct answer that takes longer than the idle time is given."""
    name = f"long-{id(target)}"
    with target.wire() as wire, target.wire() as other, target.upstream.held(name):
        three_times(wire, chat(target.key))
        wire.send(chat(target.key, f"[[id:{name}]] [[gate]]"))
        target.upstream.call(name)
        three_times(other, balance(target.key))
        assert other.ended()  # so long that one which does nothing is closed
        target.upstream.open_gate(name)
        assert wire.reply().json["choices"]


def test_a_slow_reader_keeps_the_upstream_and_nobody_else(target: Stage) -> None:
    """The server holds little of a long stream: the upstream waits, others are served, all of it arrives."""
    name, before_mb = f"slow-{id(target)}", target.memory_mb()
    with target.wire() as wire:
        known(wire, target.key)
        wire.send(chat(target.key, f"[[id:{name}]] [[fault:huge mb=30 events=300]]", stream=True))
        until(lambda: b"data: " in wire.peek(), 5, "the first piece")
        for _ in range(20):
            assert target.ask(balance(target.key)).status == 200
        assert target.memory_mb() < before_mb + 16
        assert not target.upstream.call(name).done.is_set()
        reply = wire.reply()
        assert reply.body.endswith(b"data: [DONE]\n\n")
        assert len(reply.body) > 30_000_000


# A service that stops


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "asgi"])
def test_what_is_under_way_at_the_stop_is_answered(tmp_path: Path, direct: bool) -> None:
    """Whole, streamed or not; idle connections are closed, and the service is gone."""
    with (
        stage(tmp_path, direct=direct) as made,
        made.upstream.held("plain"),
        made.upstream.held("streamed"),
        ThreadPoolExecutor(1) as threads,
        made.wire() as plain,
        made.wire() as streamed,
        made.wire() as idle,
    ):
        three_times(idle, balance(made.key))
        known(plain, made.key).send(chat(made.key, "[[id:plain]] [[gate]]"))
        known(streamed, made.key).send(chat(made.key, "[[id:streamed]] [[gate:middle]]", stream=True))
        made.upstream.call("plain")
        until(lambda: b"data: " in streamed.peek(), 5, "the first piece")
        stopping = threads.submit(made.service.stop)
        until(lambda: idle.send(chat(made.key)).reply().status == 503, 5, "the word that it drains")
        made.upstream.open_gate("plain")
        made.upstream.open_gate("streamed")
        assert plain.reply().json["choices"]
        assert streamed.reply().body.endswith(b"data: [DONE]\n\n")
        assert stopping.result(20) == 0
        assert all(wire.ended() for wire in (plain, streamed, idle))


# A full one


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "asgi"])
def test_connections_over_the_limit_are_refused_under_known_heads_too(tmp_path: Path, direct: bool) -> None:
    """Whoever comes last is told so; when one has left there is room again."""
    with stage(tmp_path, direct=direct, connections_max=3) as made:
        data = balance(made.key)
        with made.wire() as first, made.wire() as second:
            for wire in (first, second):
                assert [reply.status for reply in three_times(wire, data)] == [200] * 3
            with made.wire() as third:
                assert third.send(data).reply().status == 200
                with made.wire() as fourth:
                    refused = fourth.send(data).reply()
                    assert (refused.status, refused.headers["connection"]) == (503, "close")
                    assert "retry-after" in refused.headers
                    assert fourth.ended()
            assert first.send(data).reply().status == 200
        until(lambda: made.ask(data).status == 200, 5, "room again")


def test_a_half_closed_connection_ends_cleanly(target: Stage) -> None:
    """A client that closes its half after a known request is answered or closed, and nothing is stuck."""
    with target.wire() as wire:
        three_times(wire, balance(target.key))
        wire.send(balance(target.key)).half_close()
        wire.read_all()
