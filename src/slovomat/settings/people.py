"""Settings of those who sign in."""

from pydantic import BaseModel, Field, SecretStr

from slovomat.settings.fields import NotNegative, Positive


class PeopleSettings(BaseModel):
    """Sign-up, sessions, guessing, sign-in by others."""

    sign_up: bool = Field(default=True, description="anybody may open an account; off: the operator does")
    sign_up_plan: str = Field(default="Бесплатный", description="plan of a new account")
    session_days: Positive = Field(default=90, description="how long a sign-in lasts")
    session_idle_days: Positive = Field(default=30, description="how long it lasts unused")
    desk_session_hours: Positive = Field(default=12, description="how long a sign-in at /admin lasts")
    desk_session_idle_minutes: Positive = Field(default=60, description="how long it lasts unused")
    verify_link_hours: Positive = Field(default=24, description="how long the link of a sign-up works")
    reset_link_hours: Positive = Field(
        default=2, description="how long a link to set a password or an e-mail works"
    )
    links_per_email: Positive = Field(default=5, description="links of a kind in force for an e-mail at once")
    sign_in_per_address: NotNegative = Field(default=30, description="tries a minute from one address")
    sign_in_per_account: NotNegative = Field(
        default=5, description="tries a minute for one account: of all strangers, and of each known browser"
    )
    letters_per_address: NotNegative = Field(
        default=10, description="sign-ups and resets a minute from one address"
    )
    letters_per_account: NotNegative = Field(default=2, description="of them for one e-mail")
    wrong_codes_per_day: Positive = Field(
        default=30,
        description="wrong codes of a second factor a day: of all strangers, and of all known browsers",
    )
    oidc_issuer: str = Field(default="", description="OpenID Connect issuer to sign in with; empty: none")
    oidc_client_id: str = Field(default="", description="what the issuer calls this service")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="its password there")
    oidc_name: str = Field(default="OpenID Connect", description="the issuer's name on the button")
    oidc_scopes: str = Field(default="openid email", description="what the issuer is asked for")
