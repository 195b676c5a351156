"""Settings of letters and webhooks."""

from pydantic import BaseModel


class MailSettings(BaseModel):
    """How letters leave."""
