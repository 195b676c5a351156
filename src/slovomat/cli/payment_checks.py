"""What `slovomat doctor` looks at of payments: each provider with its secret, and what is proven of it."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slovomat.cli.checks import Check, loopback
from slovomat.cli.output import moment

if TYPE_CHECKING:
    from slovomat.cli.session import Session
    from slovomat.ports.payments import PaymentProvider
    from slovomat.ports.store import Store

Doubt = tuple[str, str]
"""What is not as it should be, and the fix."""


async def payments(session: "Session", store: "Store") -> list[Check]:
    """A check for each provider; one that says so where there is none."""
    from slovomat.till import Till

    till = Till(session.settings, session.env, store, lambda: session.settings.site)
    try:
        if not till.providers:
            return [
                Check(name="payments", state="ok", detail=session.out.say("no provider", "провайдеров нет"))
            ]
        return [await _provider(session, store, one) for one in till.providers.values()]
    finally:
        await till.close()


async def _provider(session: "Session", store: "Store", provider: "PaymentProvider") -> Check:
    from slovomat.usecases.payments import proven_by

    say = session.out.say
    proven = await store.instance_value(proven_by(provider.name))
    doubts = _doubts(session, provider)
    if proven is None:
        told = say("verified against the fake only", "проверен только на имитации")
        fix = say(
            "make one payment with the provider's test credentials, at its own address",
            "проведите один платёж с тестовыми ключами провайдера, по его собственному адресу",
        )
        doubts.insert(0, (told, fix))
    else:
        told = say("a payment went through on", "платёж прошёл")
        told = f"{told} {moment(int(proven))}"
        if not doubts:
            return Check(name=f"payments: {provider.name}", state="ok", detail=told)
        doubts.insert(0, (told, ""))
    return Check(
        name=f"payments: {provider.name}",
        state="warning",
        detail="; ".join(detail for detail, _ in doubts),
        fix="; ".join(fix for _, fix in doubts if fix),
    )


def _doubts(session: "Session", provider: "PaymentProvider") -> list[Doubt]:
    """What the settings say that one should know before real people pay."""
    from slovomat.settings import Settings
    from slovomat.till import is_genuine

    say, settings, name = session.out.say, session.settings, provider.name
    public = bool(settings.site) and not loopback(urlsplit(settings.site).hostname or "")
    named = getattr(settings, f"{name}_networks")
    upper = f"SLOVOMAT_{name.upper()}"
    found: list[Doubt] = []
    if provider.test and public:
        detail = say("test mode on a public site", "тестовый режим на публичном сайте")
        found.append((detail, say("put in the real credentials", "впишите боевые ключи")))
    if not is_genuine(settings, name):
        url = getattr(settings, f"{name}_url")
        detail = say(f"asked at {url}, which is not its own", f"вместо него отвечает {url}")
        found.append((detail, say(f"remove {upper}_URL", f"уберите {upper}_URL")))
    if not named and Settings.model_fields[f"{name}_networks"].default:
        detail = say("its notices are taken from any address", "уведомления берутся с любого адреса")
        fix = say(
            f"remove {upper}_NETWORKS: its own are known", f"уберите {upper}_NETWORKS: его адреса известны"
        )
        found.append((detail, fix))
    if named and public and not settings.trusted_proxies and settings.site.startswith("https://"):
        detail = say(
            "behind a proxy that is not named, all its notices are refused",
            "за неназванным прокси все его уведомления отвергаются",
        )
        fix = say(
            "name the proxy's address in SLOVOMAT_TRUSTED_PROXIES",
            "назовите адрес прокси в SLOVOMAT_TRUSTED_PROXIES",
        )
        found.append((detail, fix))
    return found
