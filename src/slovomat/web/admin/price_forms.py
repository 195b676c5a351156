"""The forms of plans and packs, read; what cannot be read is told by the name of a text."""

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import PlanId
from slovomat.ports.accounts import PackOffer, PlanOffer
from slovomat.web.admin.amounts import kopecks_of
from slovomat.web.pages.forms import Form

NAME_MAX_CHARS = 60
_REQUESTS_MAX = 10**9
_DAYS_MAX = 36_500
_RPM_MAX = 1_000_000


def read_plan(form: Form) -> PlanOffer | str:
    """A plan; or what is wrong with it."""
    name, price = _name(form), kopecks_of(form.text("price"))
    daily, days, rpm = form.whole("daily_requests"), form.whole("period_days"), form.whole("rpm")
    dialects = frozenset(form.every("dialects"))
    faults = {
        "admin_fault_name": not name,
        "admin_fault_daily": daily is None or not 0 <= daily <= _REQUESTS_MAX,
        "admin_fault_price": price is None,
        "admin_fault_period": days is None or not 0 < days <= _DAYS_MAX,
        "admin_fault_rpm": bool(form.text("rpm")) and (rpm is None or not 0 <= rpm <= _RPM_MAX),
        "admin_fault_dialects": not dialects <= set(DIALECTS),
    }
    if fault := _first(faults):
        return fault
    plan = Plan(
        id=PlanId(0),
        name=name,
        daily_requests=daily or 0,
        dialects=dialects,
        api_allowance=form.ticked("api_allowance"),
        rpm=rpm,
        price_kopecks=price or 0,
        period_days=days or 0,
    )
    return PlanOffer(plan=plan, on_sale=form.ticked("on_sale"))


def read_pack(form: Form) -> PackOffer | str:
    """A pack; or what is wrong with it."""
    name, price = _name(form), kopecks_of(form.text("price"))
    requests, days = form.whole("requests"), form.whole("valid_days")
    faults = {
        "admin_fault_name": not name,
        "admin_fault_pack_requests": requests is None or not 0 < requests <= _REQUESTS_MAX,
        "admin_fault_price": price is None,
        "admin_fault_days": bool(form.text("valid_days")) and (days is None or not 0 < days <= _DAYS_MAX),
    }
    if fault := _first(faults):
        return fault
    return PackOffer(
        name=name,
        requests=requests or 0,
        price_kopecks=price or 0,
        valid_days=days,
        on_sale=form.ticked("on_sale"),
    )


def _name(form: Form) -> str:
    name = form.text("name")
    return name if len(name) <= NAME_MAX_CHARS and name.isprintable() else ""


def _first(faults: dict[str, bool]) -> str:
    return next((fault for fault, wrong in faults.items() if wrong), "")
