"""Good JSON with bad fields, on every route: wrong types, absurd ids, blank texts, slipped-in fields."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.hostile_stage import CANARY, CHAT, CREATES, POLLS, ROUTES, Route, Stage, harmless, no, stage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for this file."""
    with stage(tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=0) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


WRONG: dict[str, Any] = {
    "true": True,
    "false": False,
    "zero": 0,
    "number": 7,
    "float": 1.5,
    "huge": 1e300,
    "array": [],
    "strings": ["a", "b"],
    "object": {},
    "operator": {"$ne": None},
    "regex": {"$regex": ".*"},
    "nested": [[{"$gt": ""}]],
}
SAID = [(route, name) for route in ROUTES for name in route.body("x")]
by_path = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(("route", "name"), SAID, ids=lambda part: getattr(part, "path", part))
def test_a_field_of_the_wrong_type_is_named(target: Stage, route: Route, name: str, value: str) -> None:
    """Every documented field takes its own type only, and the refusal names the field."""
    body = route.body(target.key, **{name: WRONG[value]})
    if name == route.id and isinstance(WRONG[value], int) and not isinstance(WRONG[value], bool):
        no(target.post(route, body), route.dialect, 404)
    else:
        assert name in no(target.post(route, body), route.dialect, 400)


@pytest.mark.parametrize(("route", "name"), SAID, ids=lambda part: getattr(part, "path", part))
def test_null_counts_as_missing(target: Stage, route: Route, name: str) -> None:
    """A required field that is null is named as missing, one with a default has its default."""
    if name == "mode" and route.dialect == "chatinfo":
        return
    assert name in no(target.post(route, route.body(target.key, **{name: None})), route.dialect, 400)


@by_path
def test_an_operator_in_every_field_at_once_changes_nothing(target: Stage, route: Route) -> None:
    """A query operator in every field is a wrong type, not a query."""
    body = {name: {"$ne": None} for name in route.body(target.key)}
    no(target.post(route, body), route.dialect, 400)


IDS: dict[str, Any] = {
    "negative": -1,
    "zero": 0,
    "minus zero": -0,
    "2^53": 1 << 53,
    "2^53 - 1": (1 << 53) - 1,
    "2^63 - 1": (1 << 63) - 1,
    "2^63": 1 << 63,
    "2^64 - 1": (1 << 64) - 1,
    "-2^63": -(1 << 63),
    "digits": "1",
    "many digits": "9" * 19,
    "leading zeros": "0001",
}
BAD_IDS: dict[str, Any] = {
    "true": True,
    "1.0": 1.0,
    "1e3": 1e3,
    "empty": "",
    "blank": " ",
    "sign": "+1",
    "minus": "-1",
    "spaces": " 1 ",
    "hex": "0x1",
    "underscore": "1_0",
    "Arabic digits": "١٢٣",
    "superscript": "²",
    "full width": "１",
    "NUL": "1\x00",
    "5,000 digits": "7" * 5000,
    "SQL": "1 OR 1=1",
    "quote": "1'; DROP TABLE generations; --",
    "template": "{{7*7}}",
    "format": "{site.__class__}",
    "list": [1],
}


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("route", POLLS, ids=lambda route: route.path)
def test_an_id_that_nothing_has_is_unknown(target: Stage, route: Route, name: str) -> None:
    """Any whole number is an id, and none of these is anybody's; nor is it told to a stranger."""
    body = route.body(target.key, **{str(route.id): IDS[name]})
    no(target.post(route, body), route.dialect, 404)
    no(target.post(route, {**body, "key": "x"}), route.dialect, 403)


@pytest.mark.parametrize("name", BAD_IDS)
@pytest.mark.parametrize("route", POLLS, ids=lambda route: route.path)
def test_an_id_that_is_no_whole_number_is_refused(target: Stage, route: Route, name: str) -> None:
    """Booleans, fractions, signs, foreign digits and SQL are no ids."""
    said = no(
        target.post(route, route.body(target.key, **{str(route.id): BAD_IDS[name]})), route.dialect, 400
    )
    assert str(route.id) in said


BLANK = {
    "empty": "",
    "space": " ",
    "controls": "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85",
    "Unicode spaces": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
    "\u205f\u3000",
    "line ends": "\u2028\u2029",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "directions": "\u200e\u200f\u202a\u202e\u2066\u2069",
    "soft hyphen": "\u00ad",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800",
    "escapes": "\x01\x1b\x7f",
    "much": " " * 300_000,
}
NUL = {"alone": "\x00", "inside": f"{CANARY}\x00text", "at the end": f"{CANARY}\x00"}


@pytest.mark.parametrize("name", [*BLANK, *NUL])
@pytest.mark.parametrize("route", CREATES, ids=lambda route: route.path)
def test_a_text_that_shows_nothing_is_refused(target: Stage, route: Route, name: str) -> None:
    """Blanks of every kind are no text, and NUL characters are refused."""
    text = {**BLANK, **NUL}[name]
    assert str(route.text) in no(
        target.post(route, route.body(target.key, **{str(route.text): text})), route.dialect, 400
    )


@pytest.mark.parametrize("name", [*BLANK, *NUL])
def test_a_conversation_that_shows_nothing_is_refused(target: Stage, name: str) -> None:
    """The same for a chat, as a string and as parts, whoever speaks."""
    text = {**BLANK, **NUL}[name]
    for content in (text, [{"type": "text", "text": text}], [{"type": "text", "text": text}] * 3):
        for role in ("user", "system"):
            body = {"messages": [{"role": role, "content": content}]}
            assert "messages" in no(target.post(CHAT, body), "openai", 400)


USER = {"role": "user", "content": CANARY}
MESSAGES: dict[str, Any] = {
    "none": [],
    "null": [None],
    "string": ["hello"],
    "number": [1],
    "list": [[USER]],
    "no role": [{"content": "x"}],
    "null role": [{"role": None, "content": "x"}],
    "empty role": [{"role": "", "content": "x"}],
    "role object": [{"role": {"$ne": None}, "content": "x"}],
    "no content": [{"role": "user"}],
    "null content": [{"role": "user", "content": None}],
    "content number": [{"role": "user", "content": 5}],
    "content true": [{"role": "user", "content": True}],
    "content object": [{"role": "user", "content": {"$ne": None}}],
    "no parts": [{"role": "user", "content": []}],
    "part null": [{"role": "user", "content": [None]}],
    "part string": [{"role": "user", "content": ["x"]}],
    "part without type": [{"role": "user", "content": [{"text": "x"}]}],
    "part type number": [{"role": "user", "content": [{"type": 1, "text": "x"}]}],
    "part text number": [{"role": "user", "content": [{"type": "text", "text": 5}]}],
    "part text null": [{"role": "user", "content": [{"type": "text", "text": None}]}],
    "part text list": [{"role": "user", "content": [{"type": "input_text", "text": ["x"]}]}],
    "a bad one behind good ones": [USER] * 50 + [{"role": "user", "content": 5}],
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("filler", [False, True], ids=["short", "long"])
def test_bad_messages_are_named(target: Stage, name: str, filler: bool) -> None:
    """A conversation that is none is refused, also when it would have to be cut."""
    body = {"messages": MESSAGES[name], "padding": "x" * (20_000 if filler else 0)}
    reply = target.post(CHAT, body)
    assert "messages" in no(reply, "openai", 400)
    assert str(reply.json["error"]["param"]).startswith("messages")


def test_an_image_with_a_text_of_any_kind_is_cut_around(running: Stage) -> None:
    """Parts that are no text go on as they came, whatever they carry, and count nothing."""
    parts = [
        {"type": "image_url", "text": odd, "image_url": {"url": "x"}} for odd in (5, [1], {"a": 1}, None)
    ]
    content: list[dict[str, Any]] = [*parts, {"type": "text", "text": "x" * 20_000}]
    running.generate(CHAT, {"messages": [{"role": "user", "content": content}]})
    sent = running.upstream.seen[-1].messages[0]["content"]
    assert sent[:4] == parts
    assert len(sent[4]["text"]) == 10_000


KNOWN: dict[str, list[Any]] = {
    "stream": [1, "true", {}, []],
    "stream_options": [1, "x", []],
    "temperature": ["1", True, [], {}, 1e300],
    "top_p": ["1", True, {}],
    "presence_penalty": ["0", {}],
    "frequency_penalty": [[], False],
    "n": [0, -1, 1.5, "1", True, 1 << 40, 129],
    "seed": [1.5, "1", (1 << 64) - 1, {}],
    "max_tokens": [0, -5, "10", 1.5, 1 << 60, True],
    "max_completion_tokens": [0, "10", {}],
    "logprobs": [1, "true"],
    "top_logprobs": ["1", 1.5],
    "logit_bias": [1, []],
    "stop": [1, {}, [1], [None]],
    "tools": ["x", {}, [1], ["x"]],
    "tool_choice": [1, []],
    "parallel_tool_calls": ["x", 1],
    "response_format": ["json", 1, []],
    "user": [1, {}, {"$ne": None}],
    "metadata": ["x", []],
    "model": [1, True, [], {"$ne": None}],
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_parameter_takes_its_own_type(target: Stage, name: str) -> None:
    """A parameter of OpenAI's description with a value of another type is refused, and `param` names it."""
    with target.wire() as wire:
        for value in KNOWN[name]:
            body = json.dumps({"messages": [USER], name: value}).encode()
            reply = wire.send(CHAT.request(target.key, body)).reply()
            no(reply, "openai", 400)
            assert reply.json["error"]["param"] == name, value


MODES = ["", " ", "CHAT", "chat ", "../chat", "chat\x00", "chat.md", "{{7*7}}", "' OR 1=1 --", "x" * 100_000]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: repr(mode[:20]))
def test_an_unknown_mode_is_refused_with_the_list(target: Stage, mode: str) -> None:
    """Only the names of the modes are modes, in all three dialects."""
    for route in CREATES:
        assert "synopsis" in no(target.post(route, route.body(target.key, mode=mode)), route.dialect, 400)
    no(target.post(CHAT, CHAT.body("", model=f"mode-{mode}")), "openai", 404)


SLIPPED = {
    "role": "admin",
    "is_admin": True,
    "admin": 1,
    "balance": 1_000_000,
    "units": 1_000_000,
    "requests": 1_000_000,
    "price": 0,
    "price_requests": 0,
    "cost": -5,
    "charged_requests": 0,
    "plan": "Престиж",
    "plan_id": 1,
    "account": 1,
    "account_id": 1,
    "user_id": 1,
    "owner": "x",
    "daily_requests": 1_000_000,
    "free": True,
    "refund": True,
    "cut_chars": -1,
    "status": "completed",
    "result": "x",
    "__proto__": {"admin": True},
    "constructor": {"prototype": {"admin": True}},
    "__class__": "x",
    "$where": "1",
}


@by_path
def test_slipped_in_fields_change_nothing(running: Stage, route: Route) -> None:
    """Role, balance, price, plan and account in a body are ignored: the price is the price."""
    before = running.balance()
    reply = running.post(route, route.body(running.key, **SLIPPED))
    if route.paid:
        assert reply.status == 200
        running.finish(route, reply)
        assert reply.headers["x-charged-requests"] == "2"
    assert running.balance() == before - (2 if route.paid else 0)
    account = running.service.command("user", "show", "operator@localhost")
    assert account["plan"] == "Престиж"


INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE accounts; --",
    '" UNION SELECT key_hash FROM keys --',
    "1); DELETE FROM ledger; --",
    "%27%20OR%201=1",
    "\\'; --",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${7*7}",
    "#{7*7}",
    "{site.__class__.__mro__}",
    "%(secret)s %s %n",
    "\r\nX-Injected: 1",
    '\n{"event": "forged", "level": "info"}',
    "\x1b[2J\x1b[31m",
    "$(id)",
    "`id`",
    "../../../../etc/passwd",
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_code_in_any_field_or_header_stays_text(running: Stage, text: str) -> None:
    """SQL, templates, log lines and shell words are refused as values, or go to the model as text."""
    for route in ROUTES:
        for name in route.body("x"):
            if name in {route.text, "messages"}:
                continue
            reply = running.post(route, route.body(running.key, **{name: text}))
            no(reply, route.dialect, 400, 403)
            assert b"49" not in reply.body
    for route in CREATES:
        running.generate(route, route.body(running.key, **{str(route.text): f"{text} {CANARY}"}))
    plain = text.replace("\r", "").replace("\n", "").replace("\x1b", "")
    for header in ("Idempotency-Key", "Accept-Language", "User-Agent", "X-Request-Id", "X-Forwarded-For"):
        route = ROUTES[2]
        reply = running.post(route, route.body(running.key), f"{header}: {plain}")
        assert reply.status in {200, 400}, reply
        assert "x-injected" not in reply.headers
    assert '"forged"' not in running.service.log
    running.books()
