"""The link that sets a password: in a letter, or printed for the operator."""

from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.accounts import Account
from slovomat.ports.env import Env
from slovomat.ports.people import Life, MailedToken, People

_TOKEN_BYTES = 32
_PURPOSE = "reset"
_HOUR_MS = 3_600_000
_ANY_NUMBER = 1 << 31


async def make_reset_link(
    people: People, env: Env, secret: bytes, account: Account, *, hours: int, live_max: int = _ANY_NUMBER
) -> str | None:
    """The path of a new link; None while `live_max` of them are in force."""
    text = token_of(env.random_bytes(_TOKEN_BYTES))
    token = MailedToken(
        purpose="reset",
        account_id=account.id,
        email=account.email,
        password_hash="",
        browser_hash=b"",
        language="",
    )
    now_ms = env.now_ms()
    life = Life(now_ms, now_ms + hours * _HOUR_MS, live_max)
    added = await people.add_token(reset_hash(secret, text), token, life)
    return f"/reset/{text}" if added else None


def reset_hash(secret: bytes, text: str) -> bytes:
    """What is stored of a link."""
    return keyed_hash(secret, _PURPOSE, text)
