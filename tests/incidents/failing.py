"""A program: somebody who lets one ticket after the other fail through its page, and insists until the portal says yes.

Called with a file that says where and what; knows nothing of Django, so that it starts at once. Prints a line of JSON for
each ticket: what was answered at last, after how many tries, and whether its own try was acknowledged.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlencode, urlsplit

TOKEN = "a" * 32  # the page's token has to match the cookie's, and nothing else
WHERE = {"CHG": "/changes", "REQ": "/requests"}
WORDS = {
    "CHG": {"done": "The new switch doesn't start.", "backed_out": "no"},
    "REQ": {"reason": "None can be had."},
}
PATIENCE = 600


def send(address: str, session: str, number: str) -> tuple[int, str]:
    """(status, where it leads to); status 0 when nobody answers."""
    kind = number[:3]
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
    }
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        body = urlencode({**WORDS[kind], "csrfmiddlewaretoken": TOKEN})
        line.request("POST", f"{WHERE[kind]}/{number}/do/fail/", body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location") or ""
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        line.close()


def insist(job: dict, number: str) -> dict:
    """Try again while the portal, or a part of it, is dead; a refusal ends it (somebody's earlier try went through)."""
    session, tries, until = job["sessions"][job["people"][number[:3]]], 0, time.monotonic() + PATIENCE
    while True:
        tries += 1
        status, leads_to = send(job["url"], session, number)
        yes = status == 302 and "/accounts/" not in leads_to
        if yes or 400 <= status < 500 or time.monotonic() > until:
            return {"number": number, "status": status, "tries": tries, "acknowledged": yes}
        time.sleep(0.5)


def main(path: str) -> None:
    with open(path) as file:
        job = json.load(file)
    for number in job["numbers"]:
        print(json.dumps(insist(job, number)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
