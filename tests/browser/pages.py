"""Every page that a browser looks at: to add one is to add a line."""

from typing import Literal, NamedTuple

Reader = Literal["stranger", "customer", "operator"]


class Page(NamedTuple):
    """A page, the name of its pictures, and who reads it.

    `path`: where a name in braces stands, the scene knows the number or the token of something real.
    `ready`: what must be seen before the page is whole. `long`: its middle is more of the same.
    """

    name: str
    path: str
    reader: Reader = "stranger"
    status: int = 200
    ready: str = "h1"
    long: bool = False


def _of(reader: Reader, **paths: str) -> tuple[Page, ...]:
    return tuple(Page(name.replace("_", "-"), path, reader) for name, path in paths.items())


PAGES = (
    Page("home", "/"),
    Page("price", "/price?texts=900&chars=12000&api=textbot"),
    Page("documentation", "/api-documentation", long=True),
    Page("reference", "/api-reference", ready=".swagger-ui .opblock"),
    Page("sign-up", "/sign-up"),
    Page("sign-up-letter", "/verify/{verify}"),
    Page("sign-in", "/sign-in"),
    Page("reset", "/reset"),
    Page("reset-letter", "/reset/{reset}"),
    Page("link-over", "/verify/no-such-token", status=410),
    Page("missing", "/no-such-page", status=404),
    *_of(
        "customer",
        account="/account",
        subscription="/subscription",
        keys="/keys",
        notices="/notices",
        history="/history",
        generation="/history/{generation}",
        playground="/playground?mode=post",
        topup="/topup",
        buy="/buy?offer={offer}",
        order_to_pay="/orders/{unpaid}",
        order_paid="/orders/{paid}",
        order_requisites="/orders/{unpaid}/requisites",
        order_invoice="/orders/{invoiced}/invoice",
        order_act="/orders/{paid}/act",
        security="/security",
        new_email="/security/email/{email}",
        second_factor="/security/second-factor",
        personal_data="/personal-data",
    ),
    Page("admin-sign-in", "/admin/login"),
    *_of(
        "operator",
        admin_second_factor="/admin/second-factor",
        admin_password="/admin/password",
        admin="/admin",
        admin_books="/admin/books",
        admin_people="/admin/people",
        admin_person="/admin/people/{person}",
        admin_person_history="/admin/people/{person}/history",
        admin_generation="/admin/people/{person}/history/{generation}",
        admin_payments="/admin/payments",
        admin_payment="/admin/payments/{payment}",
        admin_prices="/admin/prices",
        admin_codes="/admin/codes",
        admin_batch="/admin/codes/{batch}",
        admin_ledger="/admin/ledger",
        admin_journal="/admin/journal",
        admin_letters="/admin/letters",
        admin_jobs="/admin/jobs",
        admin_job="/admin/jobs/{job}",
        admin_modes="/admin/modes",
        admin_mode="/admin/modes/post",
        admin_mode_versions="/admin/modes/post/versions",
        admin_mode_version="/admin/modes/post/versions/{revision}",
        admin_upstreams="/admin/upstreams",
    ),
    Page("admin-settings", "/admin/settings", "operator", long=True),
)
LOOKED_AT_ELSEWHERE = {
    "/prices": "the price page's other address",
    "/api-docs": "the documentation's other address",
    "/sign-in/code": "a step of test_new_person.py",
    "/admin/login/code": "a step of test_operator.py",
    "/pay/{provider}/return": "leads to the order",
}
"""Pages that nobody can open by their address alone, or that are others."""
