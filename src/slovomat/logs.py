"""JSON lines on standard error, one an event, from this program and from its libraries alike."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from slovomat.later import Subject, running


@contextlib.contextmanager
def _without(package: str) -> Iterator[None]:
    """What is imported meanwhile finds this package missing, unless it is in use already."""
    modules: dict[str, Any] = sys.modules
    hidden = package not in modules
    if hidden:
        modules[package] = None
    try:
        yield
    finally:
        if hidden:
            del modules[package]


with _without("rich"):  # for structlog's coloured tracebacks, which are not ours: a tenth of the start
    import structlog

subject: ContextVar[Subject | None] = ContextVar("subject", default=None)
"""What the events of this task are about; a strand has its own."""


def _name_subject(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    strand = running()
    about = subject.get() if strand is None else strand.about
    if about is not None:
        event.setdefault(about[0], about[1])
    return event


def configure_logs(level: str) -> None:
    """Sets up logging for the process. Keys and texts are never passed to a logger."""
    shared: list[structlog.typing.Processor] = [
        _name_subject,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn", "uvicorn.error", "asyncio", "aiohttp"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
