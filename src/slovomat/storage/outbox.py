"""What waits to be sent: claimed under a lease, closed by whoever has the claim's token."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.ports.mail import LetterKind
from slovomat.ports.outbox import Channel, Ended, NewPost, Post
from slovomat.storage.tx import Row, Tx

_FACTS = msgspec.json.Decoder(dict[str, str | int])


async def put(tx: Tx, posts: Sequence[NewPost], now_ms: int) -> int:
    """Adds those that are new; how many were."""
    added = 0
    for post in posts:
        added += await tx.run(
            "post_add",
            once=post.once,
            channel=post.channel,
            kind=post.kind,
            account_id=post.account_id,
            recipient=post.to,
            language=post.language,
            facts=msgspec.json.encode(post.facts).decode(),
            now_ms=now_ms,
        )
    return added


async def any_due(tx: Tx, channel: Channel, now_ms: int) -> bool:
    """Whether there is anything to be claimed."""
    return bool(await tx.rows("posts_due", channel=channel, now_ms=now_ms))


async def claim(tx: Tx, channel: Channel, limit: int, now_ms: int, lease_ms: int) -> list[Post]:
    """Those that are due, the longest waiting first."""
    found = await tx.rows(
        "posts_claim", channel=channel, limit=limit, now_ms=now_ms, lease_until_ms=now_ms + lease_ms
    )
    return sorted(map(_post, found), key=lambda post: post.id)


def _post(row: Row) -> Post:
    post_id, token, once, kind, account_id, recipient, language, facts, attempts, created = row
    return Post(
        id=post_id,
        token=token,
        once=once,
        kind=LetterKind(kind),
        account_id=None if account_id is None else AccountId(account_id),
        to=recipient,
        language=language,
        facts=_FACTS.decode(facts),
        attempts=attempts,
        created_at_ms=created,
    )


async def end(tx: Tx, ended: Ended, now_ms: int) -> bool:
    """No further attempt."""
    state = "sent" if ended.sent else "given up"
    post = ended.post
    return bool(
        await tx.run(
            "post_end", id=post.id, token=post.token, state=state, reason=ended.reason, now_ms=now_ms
        )
    )


async def again(tx: Tx, post: Post, reason: str, at_ms: int) -> bool:
    """Another attempt at that time."""
    return bool(await tx.run("post_again", id=post.id, token=post.token, reason=reason, at_ms=at_ms))


async def waiting(tx: Tx) -> int:
    """How many are neither sent nor given up."""
    return int((await tx.rows("posts_waiting"))[0][0])


async def forget(tx: Tx, before_ms: int, limit: int) -> int:
    """Deletes what ended before."""
    return await tx.run("posts_forget", before_ms=before_ms, limit=limit)
