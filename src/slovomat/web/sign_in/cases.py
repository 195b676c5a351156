"""The use cases of those who sign in, put together for the pages."""

import msgspec

from slovomat.settings import Settings
from slovomat.usecases.alerts import Alerts
from slovomat.usecases.change_email import ChangeEmail
from slovomat.usecases.change_password import ChangePassword
from slovomat.usecases.guessing import Guessing, GuessRules
from slovomat.usecases.letters import Letters
from slovomat.usecases.passwords import Passwords
from slovomat.usecases.reset import Reset, ResetRules
from slovomat.usecases.second_factor import SecondFactor
from slovomat.usecases.sessions import Sessions
from slovomat.usecases.sign_in import SignIn
from slovomat.usecases.sign_up import SignUp, SignUpRules
from slovomat.usecases.wrong_codes import WrongCodes
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.visitor import sessions_of


class Cases(msgspec.Struct, frozen=True, kw_only=True):
    """One of each."""

    sessions: Sessions
    sign_in: SignIn
    sign_up: SignUp
    reset: Reset
    second_factor: SecondFactor
    change_password: ChangePassword
    change_email: ChangeEmail
    guessing: Guessing
    passwords: Passwords


def guess_rules(settings: Settings) -> GuessRules:
    """As the settings have them."""
    return GuessRules(
        per_address=settings.sign_in_per_address,
        per_account=settings.sign_in_per_account,
        letters_per_address=settings.letters_per_address,
        letters_per_account=settings.letters_per_account,
    )


def sign_up_rules(settings: Settings) -> SignUpRules:
    """As the settings have them."""
    return SignUpRules(
        plan=settings.sign_up_plan, hours=settings.verify_link_hours, live_max=settings.links_per_email
    )


def reset_rules(settings: Settings) -> ResetRules:
    """As the settings have them."""
    return ResetRules(hours=settings.reset_link_hours, live_max=settings.links_per_email)


def make_cases(backstage: Backstage) -> Cases:
    """The use cases over the ports of one instance."""
    people, env, secret = backstage.store.people, backstage.env, backstage.secret
    settings, letters = backstage.settings, Letters(backstage.store, backstage.env)
    passwords, alerts = Passwords(), Alerts(letters, env, backstage.site)
    sessions = sessions_of(backstage)
    guessing = Guessing(backstage.limits, env, secret, guess_rules(settings))
    second_factor = SecondFactor(people, env, secret)
    sign_in = SignIn(
        people,
        env,
        secret,
        passwords=passwords,
        sessions=sessions,
        guessing=guessing,
        second_factor=second_factor,
        wrong_codes=WrongCodes(people, env, settings.wrong_codes_per_day),
        alerts=alerts,
    )
    sign_up = SignUp(
        people,
        env,
        secret,
        sign_up_rules(settings),
        passwords=passwords,
        guessing=guessing,
        sign_in=sign_in,
        letters=letters,
    )
    reset = Reset(
        people,
        env,
        secret,
        reset_rules(settings),
        passwords=passwords,
        guessing=guessing,
        sign_in=sign_in,
        letters=letters,
        alerts=alerts,
    )
    change_password = ChangePassword(people, env, passwords, guessing, alerts)
    change_email = ChangeEmail(
        people,
        env,
        secret,
        reset_rules(settings),
        passwords=change_password,
        guessing=guessing,
        letters=letters,
        alerts=alerts,
    )
    return Cases(
        sessions=sessions,
        sign_in=sign_in,
        sign_up=sign_up,
        reset=reset,
        second_factor=second_factor,
        change_password=change_password,
        change_email=change_email,
        guessing=guessing,
        passwords=passwords,
    )
