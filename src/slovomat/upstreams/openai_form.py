"""The OpenAI wire form of chat answers, as far as metering and failure need to read it."""

from typing import Annotated, Any

import msgspec

from slovomat.domain.events import Completion, Done, Failure, FailureKind, Usage
from slovomat.upstreams import error_names

DONE = b"[DONE]"
_NOTHING = msgspec.Raw(b"null")
_MOST_TOKENS = (1 << 53) - 1
_MOST_DIGITS = len(str(_MOST_TOKENS))
_Tokens = Annotated[int, msgspec.Meta(ge=0, le=_MOST_TOKENS)]


class _Part(msgspec.Struct, gc=False):
    text: str | None = None


class _Message(msgspec.Struct, gc=False):
    """A plain answer's `message`, or a chunk's `delta`: the fields that can carry an answer."""

    content: str | list[_Part] | None = None
    tool_calls: list[Any] | None = None
    function_call: dict[str, Any] | None = None
    refusal: str | None = None
    audio: dict[str, Any] | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: msgspec.Raw = _NOTHING
    completion_tokens: msgspec.Raw = _NOTHING


class _Counts(msgspec.Struct, gc=False):
    prompt_tokens: _Tokens = 0
    completion_tokens: _Tokens = 0


class _Choice(msgspec.Struct, gc=False):
    index: int | None = None
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: msgspec.Raw = _NOTHING
    error: Any = None


_decode = msgspec.json.Decoder(_Answer).decode
_decode_counts = msgspec.json.Decoder(_Counts).decode
_decode_usage = msgspec.json.Decoder(_Usage).decode


def failed(detail: str, *, retryable: bool = True) -> Failure:
    """The upstream's answer is no answer."""
    return Failure(kind=FailureKind.ERROR, detail=detail, retryable=retryable)


def read_plain(body: bytes) -> Completion | Failure:
    """A plain answer, or why it is none."""
    answer = _read(body)
    if isinstance(answer, Failure):
        return answer
    if not answer.choices:
        return failed("the answer has no choices")
    for choice in answer.choices:
        if choice.message is not None and _says_something(choice.message):
            text = _text(answer.choices[0].message)
            return Completion(body=body, text=text, usage=_usage(answer.usage))
    return failed("empty answer")


class StreamReading:
    """What is known of a stream so far: whether it spoke, whether its choices ended, what it used."""

    __slots__ = ("_closed", "_open", "_spoke", "_usage")

    def __init__(self) -> None:
        self._spoke = False
        self._open: set[int] = set()
        self._closed: set[int] = set()
        self._usage = _NOTHING

    @property
    def finished(self) -> bool:
        """Whether every choice that was opened has its finish reason: the stream is whole."""
        return bool(self._closed) and self._open <= self._closed

    def take(self, payload: bytes) -> Failure | None:
        """Read one chunk; a Failure ends the stream."""
        chunk = _read(payload)
        if isinstance(chunk, Failure):
            return chunk
        if chunk.usage is not _NOTHING and bytes(chunk.usage) != b"null":
            self._usage = chunk.usage
        for choice in chunk.choices or ():
            index = choice.index or 0
            if choice.finish_reason is None:
                self._open.add(index)
            else:
                self._closed.add(index)
            if not self._spoke and choice.delta is not None:
                self._spoke = _says_something(choice.delta)
        return None

    def end(self, *, marked: bool) -> Done | Failure:
        """The verdict at the stream's end; `marked`: it was ended by `[DONE]`."""
        if not marked and not self.finished:
            return failed("the stream ended before the answer did")
        if not self._spoke:
            return failed("empty answer")
        return Done(_usage(self._usage))


def _read(data: bytes) -> _Answer | Failure:
    try:
        answer = _decode(data)
        if not data.isascii():
            data.decode()  # msgspec does not look into the fields that it passes over
    except msgspec.ValidationError as error:  # it names our fields and JSON's types, and quotes nothing
        return failed(f"not of the OpenAI form: {error}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return failed(f"not JSON: {error}")
    if answer.error is not None:
        return failed(f"the upstream reported an error{error_names.names(answer.error)}")
    return answer


def _says_something(message: _Message) -> bool:
    if message.content and _text(message).strip():
        return True
    return bool(message.tool_calls or message.function_call or message.refusal or message.audio)


def _text(message: _Message | None) -> str:
    if message is None or message.content is None:
        return ""
    if isinstance(message.content, str):
        return message.content
    return "".join(part.text or "" for part in message.content)


def _usage(usage: msgspec.Raw) -> Usage:
    """What was counted. It is for reports alone, so nonsense is nothing, and never an answer's failure."""
    try:
        counts = _decode_counts(usage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _sound(usage)
    return Usage(counts.prompt_tokens, counts.completion_tokens)


def _sound(usage: msgspec.Raw) -> Usage:
    """Figure by figure, where they are not both as they should be."""
    try:
        counted = _decode_usage(usage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Usage()
    return Usage(_tokens(counted.prompt_tokens), _tokens(counted.completion_tokens))


def _tokens(figure: msgspec.Raw) -> int:
    digits = bytes(figure)
    if not digits.isdigit() or len(digits) > _MOST_DIGITS:
        return 0
    tokens = int(digits)
    return tokens if tokens <= _MOST_TOKENS else 0
