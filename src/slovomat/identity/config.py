"""The issuer that the settings name."""

from typing import Protocol

from slovomat.identity.oidc import OIDCIssuer, Registration
from slovomat.ports.env import Env


class _Secret(Protocol):
    def get_secret_value(self) -> str: ...


class IdentitySettings(Protocol):
    """As much of the settings as an issuer needs."""

    @property
    def oidc_issuer(self) -> str:
        """Empty: there is none."""

    @property
    def oidc_client_id(self) -> str:
        """What it calls us."""

    @property
    def oidc_client_secret(self) -> _Secret:
        """Our password there."""

    @property
    def oidc_scopes(self) -> str:
        """What it is asked for."""


def make_issuer(settings: IdentitySettings, env: Env) -> OIDCIssuer | None:
    """None where the settings name none."""
    if not settings.oidc_issuer:
        return None
    registration = Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        scopes=settings.oidc_scopes,
    )
    return OIDCIssuer(registration, env)
