"""Settings of those who sign in."""

from pydantic import BaseModel


class PeopleSettings(BaseModel):
    """Sign-up, sessions, guessing, sign-in by others."""
