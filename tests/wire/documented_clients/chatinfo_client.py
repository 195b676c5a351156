"""The client that the documentation of `chatinfo` shows; knows nothing of Slovomat.

python chatinfo_client.py HOST KEY TEXT MODE
"""

import json
import os
import sys
import time
from typing import Any

import requests

HOST, KEY, TEXT, MODE = sys.argv[1:5]
PAUSE_S = float(os.environ.get("POLL_PAUSE_S", "2"))


def ask(path: str, payload: dict[str, Any]) -> Any:
    return requests.post(HOST + path, data=json.dumps(payload), timeout=60).json()


created = ask("/api/gpt/create_request", {"content": TEXT, "mode": MODE, "key": KEY})
if "id" not in created:
    sys.exit(created["error"])

time.sleep(PAUSE_S)
for _ in range(80):
    answer = ask("/api/gpt/get_response", {"id": created["id"], "key": KEY})
    if answer["success"]:
        sys.stdout.write(answer["result"] + "\n")
        sys.exit(0)
    if not answer["solving"]:
        sys.exit(answer["error"])
    time.sleep(PAUSE_S)

sys.exit("no answer after 80 polls")
