"""`python -m slovomat.testing.fakepay --port 8090`: the fake by itself, for the hand."""

import argparse
import sys
from threading import Event

from slovomat.testing.fakepay.server import NOTIFY_URL, RETURN_URL, FakePay


def main() -> None:
    """Listens until it is interrupted."""
    parser = argparse.ArgumentParser(prog="fakepay", description="Five payment providers, no money.")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--notify-url", default=NOTIFY_URL)
    parser.add_argument("--return-url", default=RETURN_URL)
    chosen = parser.parse_args()
    targets = {"notify_url": chosen.notify_url, "return_url": chosen.return_url}
    with FakePay(port=chosen.port, at_once=True, **targets) as fake:
        lines = [
            f"{fake.address}/",
            *(f"  {fake.url(name)}  {fake.shop(name)}" for name in fake.house.providers),
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
