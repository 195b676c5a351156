"""What the fuzzers found, each as the peer's script that shows it."""

import json

from faults.fuzzing.both_ways import LIMITS, Played, Run, Script
from faults.fuzzing.corpus import KNOWN
from faults.fuzzing.witness import HOT

from slovomat.dialects import openai_answer
from slovomat.web.heads import Heads

SETTLED, IN_A_ROW = 9, 0
BOTH = ("parser", "direct")
FRAME = openai_answer.Frame(id="i", created_s=1, model="m")


def play(
    way: str, *chunks: bytes, manner: str = "at once", turns: int = SETTLED, deaf: bool = False
) -> Played:
    """What comes of these chunks; a deaf peer reads its first answer, and no other until all is sent."""
    run = Run(None if way == "parser" else Heads(HOT.get))
    toggles = [at == 1 and deaf for at in range(len(chunks))]
    return run.play(Script(list(chunks), [turns], toggles, [manner], 0, "stays", 0))


def test_a_length_may_have_space_behind_it() -> None:
    """HTTP allows it around any value, and a zero with a space is still a zero."""
    for told in (b"0 ", b"0\t", b"00  ", b" 0 "):
        for way in BOTH:
            played = play(way, b"POST /api/balance HTTP/1.1\r\nHost: x\r\nContent-Length: %b\r\n\r\n" % told)
            assert [seen.end for seen in played.seen] == ["whole"]


def test_a_request_answered_before_it_was_whole_leaves_no_connection_open_for_ever() -> None:
    """The idle time runs from its last byte: the play ends only when the server has closed."""
    head, body = KNOWN[1][:-10], KNOWN[1][-10:]
    for way in BOTH:
        played = play(way, head, body, manner="unread")
        assert played.sent.count(b"HTTP/1.1 200 OK") == 1
        assert not played.ended


def test_whoever_does_not_read_is_not_answered_more_and_more() -> None:
    """At most one answer waits beyond the transport's own bound, or the play fails; later all is answered."""
    for way in BOTH:
        played = play(way, *[KNOWN[0]] * 30, manner="at length", deaf=True)
        assert len(played.seen) == 30
        assert played.sent.count(b"HTTP/1.1 200 OK") == 30
        assert not played.ended


def test_blank_lines_between_requests_never_add_up() -> None:
    """Some old clients send one after each body."""
    for way in BOTH:
        played = play(way, *[b"\r\n", KNOWN[0]] * LIMITS.headers_max_bytes)
        assert len(played.seen) == LIMITS.headers_max_bytes
        assert not played.ended


def test_what_a_chunk_lacks_is_put_into_its_choices_alone() -> None:
    """A reason's name may stand deeper too, and before a space."""
    choices = '{"index":0,"delta":{"finish_reason":1},"finish_reason" : null}'
    head = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":['
    answer = json.loads(openai_answer.chunk(f"{head}{choices}]}}".encode(), FRAME))
    assert answer["choices"][0]["delta"] == {"finish_reason": 1}
    assert answer["choices"][0]["logprobs"] is None


def test_a_number_that_nobody_can_hold_breaks_no_answer() -> None:
    """An upstream's answer is completed with null in its place."""
    for number in ("1e999", "-1e999", "9" * 5_000):
        for complete, said in ((openai_answer.plain, "message"), (openai_answer.chunk, "delta")):
            told = f'{{"choices":[{{"{said}":{{"content":"a"}}}}],"usage":{{"cost":{number}}}}}'
            answer = json.loads(complete(told.encode(), FRAME))
            assert answer["usage"] == {"cost": None}
            assert answer["choices"][0][said]["content"] == "a"
