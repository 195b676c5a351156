"""An over-long text is cut, never refused, and the answer says by how much."""

from typing import Any

import pytest

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.conftest import OpenOffice
from tests.wire.customers import Customer, Office

Turns = list[dict[str, Any]]


@pytest.mark.parametrize(
    ("path", "field", "limit"),
    [("/api/generate_response", "input_text", 10_000), ("/api/gpt/create_request", "content", 5_000)],
)
@pytest.mark.parametrize("letter", ["я", "a", "😀", "e\u0301"])
def test_a_long_text_of_a_job(
    customer: Customer, chaos: ChaosUpstream, name: str, path: str, *, field: str, limit: int, letter: str
) -> None:
    """The end is cut at so many code points; the header counts what was cut."""
    marker = f"[[id:{name}]]"
    text = (marker + letter * limit)[: limit + 7]
    answer = customer.post(path, {field: text, "mode": "chat", "key": customer.key})
    assert answer.status_code == 200
    assert answer.headers["X-Input-Truncated"] == "7"
    sent = chaos.call(name).messages[-1]["content"]
    assert text[:limit] in sent
    assert text[: limit + 1] not in sent


@pytest.mark.parametrize("dialect", ["textbot", "chatinfo", "openai"])
def test_a_text_of_just_the_limit(customer: Customer, dialect: str) -> None:
    """Nothing is cut, and there is no header, up to the very limit."""
    text = "😀" * (5_000 if dialect == "chatinfo" else 10_000)
    if dialect == "openai":
        answer = customer.chat(text)
    elif dialect == "chatinfo":
        answer = customer.chatinfo("create_request", content=text)
    else:
        answer = customer.textbot("generate_response", input_text=text, mode="chat")
    assert answer.status_code == 200
    assert "X-Input-Truncated" not in answer.headers


@pytest.fixture(scope="module")
def terse(open_office: OpenOffice) -> Office:
    """The service that lets 100 characters of a chat through, and 10 of a job."""
    return open_office(openai_max_chars=100, textbot_max_chars=10, chatinfo_max_chars=0)


def sent(office: Office, chaos: ChaosUpstream, name: str, turns: Turns, **fields: Any) -> tuple[Turns, int]:
    """What reaches the upstream of these messages, and the header's figure."""
    answer = office.customer().chat("", messages=turns, **fields)
    assert answer.status_code == 200, answer.text
    return chaos.call(name).messages, int(answer.headers.get("X-Input-Truncated", 0))


def user(text: str) -> dict[str, Any]:
    """A turn of the user."""
    return {"role": "user", "content": text}


def padded(name: str, chars: int) -> str:
    """A text of so many characters that names the call."""
    return f"[[id:{name}]]".ljust(chars, "я")


def test_the_oldest_turns_go_first(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """Whole turns are dropped from the oldest on until the rest fits, and are counted whole."""
    last = user(padded(name, 40))
    turns = [user("а" * 30), {"role": "assistant", "content": "б" * 35}, user("в" * 35), last]
    assert sent(terse, chaos, name, turns) == ([turns[2], last], 65)


def test_system_and_developer_stay(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """The operator's words are kept wherever they stand."""
    system, developer = {"role": "system", "content": "с" * 20}, {"role": "developer", "content": "д" * 20}
    last = user(padded(name, 40))
    turns = [system, user("а" * 50), developer, {"role": "assistant", "content": "б" * 30}, last]
    assert sent(terse, chaos, name, turns) == ([system, developer, last], 80)


def test_the_last_message_is_cut_at_its_end(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """When the last message alone is too long, the others go and its end is cut."""
    system = {"role": "system", "content": "с" * 20}
    turns = [system, user("а" * 50), user(padded(name, 130))]
    assert sent(terse, chaos, name, turns) == ([system, user(padded(name, 80))], 100)


def test_a_plain_prompt_is_cut_at_its_end(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """One long message keeps its first characters."""
    assert sent(terse, chaos, name, [user(padded(name, 101))]) == ([user(padded(name, 100))], 1)


def test_everything_else_of_the_request_stays(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """Cutting messages changes no other field, and other fields of a message stay."""
    turns = [user("а" * 90), {"role": "user", "content": padded(name, 90), "name": "anna"}]
    kept, cut = sent(terse, chaos, name, turns, temperature=0.2, x=[1])
    assert (kept, cut) == ([turns[1]], 90)
    assert chaos.call(name).body["temperature"] == 0.2
    assert chaos.call(name).body["x"] == [1]


def test_images_do_not_count(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """Only the texts of parts count; an image of any size stays."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 5_000}}
    parts = [{"type": "text", "text": padded(name, 90)}, image, {"type": "text", "text": "я" * 25}]
    kept, cut = sent(terse, chaos, name, [{"role": "user", "content": parts}])
    assert kept[0]["content"] == [parts[0], image, {"type": "text", "text": "я" * 10}]
    assert cut == 15


def test_a_tools_answer_does_not_stand_alone(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """Where the call of a tool is dropped, its answer is dropped too: upstreams refuse the one alone."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns = [
        user("а" * 80),
        {"role": "assistant", "content": "б" * 10, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "в" * 10},
        {"role": "assistant", "content": "г" * 10},
        user(padded(name, 85)),
    ]
    kept, cut = sent(terse, chaos, name, turns)
    assert (kept, cut) == ([turns[3], turns[4]], 100)


def test_the_answer_of_a_tool_as_the_last_message(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """A long answer of a tool keeps the call before it, and is cut at its end."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns = [
        user("а" * 30),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": padded(name, 130)},
    ]
    kept, cut = sent(terse, chaos, name, turns)
    assert [turn["role"] for turn in kept] == ["assistant", "tool"]
    assert kept[1]["content"] == padded(name, 100)
    assert cut == 60


def test_a_modes_prompt_does_not_count(terse: Office, chaos: ChaosUpstream, name: str) -> None:
    """What the service puts in front of the client's text takes nothing from it."""
    kept, cut = sent(terse, chaos, name, [user(padded(name, 100))], model="mode-essay")
    assert [turn["role"] for turn in kept] == ["system", "user"]
    assert (kept[1]["content"], cut) == (padded(name, 100), 0)


@pytest.mark.parametrize("stream", [False, True])
def test_streams_say_it_too(terse: Office, stream: bool) -> None:
    """The header is on streams as on plain answers."""
    answer = terse.customer().chat("я" * 123, stream=stream)
    assert (answer.status_code, answer.headers["X-Input-Truncated"]) == (200, "23")


def test_the_limits_are_settings(terse: Office) -> None:
    """Each dialect has its own, and 0 is none."""
    customer = terse.customer()
    textbot = customer.textbot("generate_response", input_text="я" * 13, mode="chat")
    assert textbot.headers["X-Input-Truncated"] == "3"
    chatinfo = customer.chatinfo("create_request", content="я" * 20_000)
    assert "X-Input-Truncated" not in chatinfo.headers
