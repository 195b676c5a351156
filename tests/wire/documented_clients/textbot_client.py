"""The client that the documentation of `textbot` shows; knows nothing of Slovomat.

python textbot_client.py HOST KEY TEXT MODE
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


created = ask("/api/generate_response", {"input_text": TEXT, "mode": MODE, "key": KEY})
if created["status"] != "processing":
    sys.exit(created["error_message"])

for _ in range(80):
    time.sleep(PAUSE_S)
    answer = ask("/api/status", {"request_id": created["request_id"], "key": KEY})
    if answer["status"] == "completed":
        sys.stdout.write(answer["result"] + "\n")
        sys.exit(0)
    if answer["status"] == "failed":
        sys.exit(answer["error_message"])

sys.exit("no answer after 80 polls")
