"""Plain calls of the job dialects are read in one go: never with another outcome than carefully."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.json_texts import deformed, members, written
from tests.one_mode import OneMode

from slovomat.dialects.calls import Terms
from slovomat.dialects.job_form import JobForm
from slovomat.dialects.plain_job import PlainJobs

TERMS = Terms(price_requests=2, max_chars=12, json_max_depth=1)
FEW = Terms(price_requests=2, max_chars=0, json_max_depth=64, json_max_values=3)
FORMS = (JobForm(text="text", id="id"), JobForm(text="text", id="id", default_mode="essay"))
PLAIN = PlainJobs("text", "id")


def check(body: bytes) -> None:
    for form in FORMS:
        for terms in (TERMS, FEW):
            created = form.parse_create(body, terms, OneMode())
            assert created == form.create_carefully(body, terms, OneMode())
            assert form.parse_poll(body, terms) == form.poll_carefully(body, terms)
            assert form.parse_balance(body, terms) == form.balance_carefully(body, terms)


KEY = st.sampled_from(["sk-1", "sk-1", "", "a:b", "é", None, 1])
RARE: dict[str, st.SearchStrategy[Any]] = {
    "idempotency_key": st.sampled_from(["one", "", None, 1, "\n"]),
    "odd": st.sampled_from([1, "a:b", None, {"a": 1}, [[]], 1 << 64, 1.5]),
    "": st.just(""),
}
TEXT: Any = st.sampled_from(
    [
        "hello",
        "a: b",
        '"text":',
        "é: 😀",
        "",
        " ",
        "\u200b",
        "\x00a",
        "a\x00",
        "x" * 13,
        " " * 12 + "x",
        None,
        1,
        [],
    ]
)
MODE = st.sampled_from(["essay", "essay", "none", "", None, 1])
ID = st.sampled_from([1, 1, 0, -1, (1 << 53) - 1, 1 << 53, 1 << 63, 1 << 64, "1", "x", True, None, 1.0])
CREATE = members({"key": KEY, "text": TEXT, "mode": MODE}, RARE)
POLL = members({"key": KEY, "id": ID}, RARE)
BALANCE = members({"key": KEY}, RARE)
ANY = written(CREATE | POLL | BALANCE)


@given(ANY)
def test_both_readings_agree(body: bytes) -> None:
    """Whatever is asked, plain or not, good or bad: the same call, or the same refusal."""
    check(body)


@given(deformed(ANY))
def test_both_readings_agree_about_broken_calls(body: bytes) -> None:
    """The same for bytes that were lost, repeated, swapped or put in."""
    check(body)


ODD = {
    "a repeated text": b'{"key":"k","text":"a","mode":"essay","text":"a"}',
    "a repeated text instead of a mode": b'{"key":"k","text":"a","text":"a"}',
    "a colon escaped": b'{"key":"k","text":"a\\u003a","mode":"essay","text":"a\\u003A"}',
    "a colon in the key": b'{"key":"k:","text":"a","mode":"essay"}',
    "a NUL": b'{"key":"k","text":"a\\u0000","mode":"essay"}',
    "a blank": b'{"key":"k","text":" ","mode":"essay"}',
    "too long": b'{"key":"k","text":"aaaaaaaaaaaaa","mode":"essay"}',
    "too long a blank": b'{"key":"k","text":"             a","mode":"essay"}',
    "no mode": b'{"key":"k","text":"a"}',
    "a null mode": b'{"key":"k","text":"a","mode":null}',
    "an empty mode": b'{"key":"k","text":"a","mode":""}',
    "an unknown mode": b'{"key":"k","text":"a","mode":"none"}',
    "a repeated id": b'{"key":"k","id":1,"id":1}',
    "a zero": b'{"key":"k","id":0}',
    "an id beyond": b'{"key":"k","id":9007199254740992}',
    "an id far beyond": b'{"key":"k","id":18446744073709551616}',
    "a repeated key": b'{"key":"k","key":"k"}',
    "nothing": b"",
}


@pytest.mark.parametrize("name", ODD)
def test_both_readings_agree_about_each_oddity(name: str) -> None:
    """What a quick look could take for something else."""
    check(ODD[name])


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["tight", "loose"])
def test_what_most_clients_send_is_plain(separators: tuple[str, str]) -> None:
    """Common calls are known at the first look."""
    for ascii_only in (True, False):
        create = {"key": "k", "text": "note: да", "mode": "essay"}
        body = json.dumps(create, ensure_ascii=ascii_only, separators=separators).encode()
        assert PLAIN.create(body, TERMS)
    assert PLAIN.poll(json.dumps({"id": 7, "key": "k"}, separators=separators).encode(), TERMS)
    assert PLAIN.balance(json.dumps({"key": "k"}, separators=separators).encode(), TERMS)
