"""What sends letters and calls webhooks, put together of the settings."""

import ipaddress
from collections.abc import Awaitable, Callable

from slovomat.mail.config import MailConfig, ServerConfig, WebhookConfig
from slovomat.mail.first_use import MailerAtFirstUse, WebhooksAtFirstUse
from slovomat.ports.env import Env
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.usecases.notices import Notices
from slovomat.usecases.postman import Postman

_NOBODY = "Slovomat <slovomat@localhost>"
"""Whom letters are from that nobody sends."""
_SEND_S = 1.0
_LOOK_S = 300.0
_FORGET_S = 3600.0


class PostOffice:
    """The postman, the notices, and how often each goes round."""

    def __init__(self, settings: Settings, env: Env, store: Store, site: Callable[[], str]) -> None:
        mailer = MailerAtFirstUse(mail_config(settings), env)
        webhooks = WebhooksAtFirstUse(webhook_config(settings), env)
        self._postman = Postman(store, env, mailer, webhooks)
        self._notices = Notices(store, env, site)

    def rounds(self) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
        """Steps, and the seconds between them."""
        return [
            (_SEND_S, self._notices.receipts),
            (_SEND_S, self._postman.letters),
            (_SEND_S, self._postman.calls),
            (_LOOK_S, self._notices.balances),
            (_LOOK_S, self._notices.plans),
            (_FORGET_S, self._postman.forget),
        ]


def mail_config(settings: Settings) -> MailConfig:
    """What the settings say of letters."""
    server = None
    if settings.smtp_host:
        server = ServerConfig(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
            encryption=settings.smtp_tls,
            timeout_s=settings.smtp_timeout_s,
        )
    return MailConfig(
        server=server,
        folder=settings.data / "letters",
        sender=settings.mail_from or _NOBODY,
        reply_to=settings.mail_reply_to,
        zone=settings.time_zone,
    )


def webhook_config(settings: Settings) -> WebhookConfig:
    """What they say of webhooks."""
    allowed = tuple(map(ipaddress.ip_network, settings.webhook_networks_allowed))
    return WebhookConfig(timeout_s=settings.webhook_timeout_s, allowed=allowed)
