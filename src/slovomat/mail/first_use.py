"""Mailer and webhook caller that are made when there is something to send: their libraries are large."""

import asyncio

from slovomat.mail.config import MailConfig, WebhookConfig
from slovomat.ports.env import Env
from slovomat.ports.mail import Delivery, Event, Letter, Mailer, Webhook, WebhookCaller


class MailerAtFirstUse:
    """The Mailer that the settings name: a server's, else the folder's."""

    def __init__(self, config: MailConfig, env: Env) -> None:
        self._config = config
        self._env = env
        self._made: Mailer | None = None

    async def send(self, letter: Letter) -> Delivery:
        """One attempt."""
        if self._made is None:
            self._made = await asyncio.to_thread(self._make)
        return await self._made.send(letter)

    def _make(self) -> Mailer:
        from slovomat.mail.composing import Composer

        composer = Composer(self._config, self._env)
        if self._config.server is None:
            from slovomat.mail.folder import FolderMailer

            return FolderMailer(self._config.folder, composer)
        from slovomat.mail.smtp import SMTPMailer

        return SMTPMailer(self._config.server, composer)


class WebhooksAtFirstUse:
    """The WebhookCaller."""

    def __init__(self, config: WebhookConfig, env: Env) -> None:
        self._config = config
        self._env = env
        self._made: WebhookCaller | None = None

    async def call(self, webhook: Webhook, event: Event) -> Delivery:
        """One attempt."""
        if self._made is None:
            self._made = await asyncio.to_thread(self._make)
        return await self._made.call(webhook, event)

    def _make(self) -> WebhookCaller:
        from slovomat.mail.webhooks import HTTPWebhooks

        return HTTPWebhooks(self._config, self._env)
