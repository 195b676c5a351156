"""The postman: takes what is due out of the outbox and hands it over, for three days if need be."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import structlog

from slovomat.ports.env import Env
from slovomat.ports.mail import Delivery, Event, Letter, Mailer, Outcome, WebhookCaller
from slovomat.ports.outbox import Channel, Ended, Post
from slovomat.ports.store import Store

_AT_ONCE = 10
_LEASE_MS = 10 * 60_000
"""Longer than any attempt takes."""
_FIRST_WAIT_MS, _LONGEST_WAIT_MS = 30_000, 4 * 3_600_000
_GIVE_UP_MS = 3 * 86_400_000
_REMEMBER_MS = 90 * 86_400_000
_FORGET_AT_ONCE = 500
_MARK_BYTES = 12
Attempt = Callable[[Post], Awaitable[Delivery]]


class Postman:
    """Each letter is sent at least once: twice only when a server took it and we could not note that down."""

    def __init__(self, store: Store, env: Env, mailer: Mailer, webhooks: WebhookCaller) -> None:
        self._outbox = store.outbox
        self._env = env
        self._mailer = mailer
        self._webhooks = webhooks
        self._log = structlog.get_logger("slovomat")

    async def letters(self) -> None:
        """Sends the letters that are due."""
        await self._round(Channel.MAIL, self._send)

    async def calls(self) -> None:
        """Calls the webhooks that are due to be called."""
        await self._round(Channel.WEBHOOK, self._call)

    async def forget(self) -> None:
        """Drops what ended long ago."""
        before_ms = self._env.now_ms() - _REMEMBER_MS
        while await self._outbox.forget(before_ms, _FORGET_AT_ONCE) == _FORGET_AT_ONCE:
            pass

    async def _round(self, channel: Channel, attempt: Attempt) -> None:
        posts = await self._outbox.claim(channel, _AT_ONCE, self._env.now_ms(), _LEASE_MS)
        while posts:
            async with asyncio.TaskGroup() as tasks:
                for post in posts:
                    tasks.create_task(self._attempt(channel, attempt, post))
            posts = await self._outbox.claim(channel, _AT_ONCE, self._env.now_ms(), _LEASE_MS)

    async def _attempt(self, channel: Channel, attempt: Attempt, post: Post) -> None:
        try:
            delivery = await attempt(post)
        except Exception:
            self._log.exception("a bug in a letter", channel=channel, kind=post.kind, post=post.id)
            delivery = Delivery(Outcome.LATER, "a bug of ours")
        await self._note(channel, post, delivery)

    async def _note(self, channel: Channel, post: Post, delivery: Delivery) -> None:
        about = {"channel": channel, "kind": post.kind, "post": post.id, "note": delivery.note}
        now_ms = self._env.now_ms()
        if delivery.outcome is Outcome.SENT:
            await self._outbox.end(Ended(post, True), now_ms)
            self._log.info("letter sent", **about)
        elif delivery.outcome is Outcome.NEVER or now_ms - post.created_at_ms >= _GIVE_UP_MS:
            await self._outbox.end(Ended(post, False, delivery.note), now_ms)
            self._log.warning("letter given up", **about)
        else:
            await self._outbox.again(post, delivery.note, now_ms + self._wait_ms(post.attempts))
            self._log.info("letter waits", **about)

    def _wait_ms(self, attempts: int) -> int:
        """Doubled each time, up to four hours; spread, so that what failed together does not return so."""
        wait_ms = min(_FIRST_WAIT_MS << min(attempts, 20), _LONGEST_WAIT_MS)
        return int(wait_ms * (0.75 + self._env.chance() / 2))

    async def _send(self, post: Post) -> Delivery:
        letter = Letter(
            mark=_mark(post), kind=post.kind, to=post.to, language=post.language, facts=post.facts
        )
        return await self._mailer.send(letter)

    async def _call(self, post: Post) -> Delivery:
        webhook = None
        if post.account_id is not None:
            webhook = await self._outbox.webhook_of(post.account_id)
        if webhook is None:
            return Delivery(Outcome.NEVER, "the account has no webhook any more")
        event = Event(mark=_mark(post), kind=post.kind, created_at_ms=post.created_at_ms, data=post.facts)
        return await self._webhooks.call(webhook, event)


def _mark(post: Post) -> str:
    """A name for it that no other has, and that counts nothing."""
    told = f"{post.once} {post.created_at_ms} {post.id}"
    return hashlib.blake2b(told.encode(), digest_size=_MARK_BYTES).hexdigest()
