"""`slovomat upstream test`: is the upstream there, and how fast."""

import msgspec

from slovomat.cli.command import command, group
from slovomat.cli.session import Session

app = group("upstream", "The service that generates.")


@command(app, "test")
async def test(session: Session) -> None:
    """Make one tiny real call."""
    from slovomat.cli.calling import trial_call

    answer = await trial_call(session)
    session.out.done(
        {"ok": True, **msgspec.structs.asdict(answer)},
        f"✓ {answer.upstream}, {answer.model}: {answer.latency_ms} ms,"
        f" {answer.prompt_tokens} + {answer.completion_tokens} tokens: {answer.text}",
        f"✓ {answer.upstream}, {answer.model}: {answer.latency_ms} мс,"
        f" {answer.prompt_tokens} + {answer.completion_tokens} токенов: {answer.text}",
    )
