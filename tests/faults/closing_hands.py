"""An officer at a browser of their own, in a process of its own, who closes ratings when told.

`python -m tests.faults.closing_hands NAME` reads rounds from its input: of each it opens the page, says `ready`, waits
for a line, presses the button and prints what it was told as JSON. In a database that stands already, by environment.
"""

from __future__ import annotations

import json
import re
import sys

_SEEN, _REFUSED = re.compile(r'name="seen" value="(\w+)"'), re.compile(r'id="not-closed">([^<]*)</p>')


def main(name: str) -> None:
    import django

    django.setup()
    from django.test import Client

    from caunoi.accounts.models import User

    browser = Client()
    browser.force_login(User.objects.get(username=name))
    for line in sys.stdin:
        address = f"/ratings/{line.strip()}/"
        seen = _SEEN.search(browser.get(address).content.decode())
        assert seen, f"{address} can't be closed"
        print("ready", flush=True)
        sys.stdin.readline()
        answer = browser.post(address, {"seen": seen[1], "exception_reason": ""})
        said = _REFUSED.search(answer.content.decode())
        print(json.dumps({"status": answer.status_code, "said": said[1] if said else ""}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
