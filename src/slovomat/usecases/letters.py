"""Letters: put into the outbox, from where the postman takes them."""

import re

from msgspec.structs import replace

from slovomat.domain.ids import AccountId
from slovomat.ports.env import Env
from slovomat.ports.mail import FACTS, FOR_THE_MAILBOX_ALONE, Facts, LetterKind
from slovomat.ports.outbox import Channel, NewPost
from slovomat.ports.store import Store

_LINK = "link"
_WEB = re.compile(r"https?://[^\s<>\"'\\]+")


class Letters:
    """Whoever has something to tell an account tells it here; it costs one transaction and no wait."""

    def __init__(self, store: Store, env: Env) -> None:
        self._outbox = store.outbox
        self._env = env

    async def write(
        self,
        kind: LetterKind,
        account_id: AccountId | None,
        to: str,
        language: str,
        facts: Facts,
        *,
        once: str,
    ) -> bool:
        """Sends a letter, and calls the account's webhook where it has one; False: `once` was told before.

        `account_id`: None while a sign-up has none. `language`: `ru` or `en`. `facts`: those that
        ports.mail.FACTS names for the kind.
        """
        _check(kind, facts)
        letter = NewPost(
            once=f"{Channel.MAIL} {once}",
            channel=Channel.MAIL,
            kind=kind,
            account_id=account_id,
            to=to,
            language=language,
            facts=facts,
        )
        posts = [letter]
        if account_id is not None and await self._outbox.webhook_of(account_id):
            posts.append(_call(letter, f"{Channel.WEBHOOK} {once}"))
        return bool(await self._outbox.put(posts, self._env.now_ms()))


def _call(letter: NewPost, once: str) -> NewPost:
    """The same for a webhook, which is told no secret."""
    told = {name: fact for name, fact in letter.facts.items() if not _is_secret(letter.kind, name)}
    return replace(letter, once=once, channel=Channel.WEBHOOK, to="", facts=told)


def _is_secret(kind: LetterKind, name: str) -> bool:
    return name == _LINK and kind in FOR_THE_MAILBOX_ALONE


def _check(kind: LetterKind, facts: Facts) -> None:
    """A letter with a hole in it would be found by its reader."""
    if facts.keys() != FACTS[kind]:
        raise ValueError(f"a letter {kind} is told {sorted(FACTS[kind])}, not {sorted(facts)}")
    if not _WEB.fullmatch(str(facts[_LINK])):
        raise ValueError(f"the link of a letter {kind} leads nowhere")
