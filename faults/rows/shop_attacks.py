"""M8, A8 and A10–A12: the shop and its pages. Their volume is in the tests, which a release run repeats."""

from faults.pytest_rows import in_tests
from faults.row import Row

_CREDIT = "tests/contract/test_shop_credit.py"
_NOTICES = "tests/wire/test_payment_notices.py"
_GUESSING = "tests/wire/test_guessing_people.py"
_ADDRESSES = ("tests/unit/test_webhook_addresses.py", "tests/unit/test_webhook_calls.py")
_CROSS_SITE = "tests/wire/test_same_origin.py"
_MARKUP = ("tests/unit/test_mail_letters.py", "tests/browser/test_markup.py")

ROWS = [
    Row(
        name="M8",
        fault="one code redeemed, one payment notified, a hundred times at once, out of order",
        passes="credited once",
        unit="calls",
        c=0,
        r=1_000,
        run=in_tests(_CREDIT, each=400),
        tests=(_CREDIT, _NOTICES),
    ),
    Row(
        name="A8",
        fault="guessing passwords, codes and links, from one address and from many",
        passes="slowed per address and account, the owner not locked out, constant cost",
        unit="tries",
        c=0,
        r=10_000,
        run=in_tests(_GUESSING, each=500),
        tests=(_GUESSING,),
    ),
    Row(
        name="A10",
        fault="webhooks to addresses of the inside, in every form, by name, by redirect, rebound",
        passes="no address of the inside is ever called; the resolved address is pinned; no redirects",
        unit="addresses",
        c=0,
        r=1_000,
        run=in_tests(*_ADDRESSES, each=100),
        tests=_ADDRESSES,
    ),
    Row(
        name="A11",
        fault="payment notices: no secret, a wrong or old signature, replay, another shop, amount, currency",
        passes="refused; the route does not exist without a secret",
        unit="notices",
        c=0,
        r=60,
        run=in_tests(_NOTICES, each=60),
        tests=(_NOTICES,),
    ),
    Row(
        name="A12",
        fault="cross-site posts on cookie routes; text with markup in every page and letter",
        passes="refused; no script runs (Chromium, strict policy)",
        unit="posts and texts",
        c=0,
        r=1_000,
        run=in_tests(_CROSS_SITE, *_MARKUP, each=130),
        tests=(_CROSS_SITE, *_MARKUP),
    ),
]
