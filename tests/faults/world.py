"""What the phones of these tests talk to: `python -m tests.faults.world PHONES`, in a home of its own by environment.

Prints JSON: {"tokens": [...]}, one a phone, each of a village of its own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from datetime import date

EVENT, MONTHLY = "buoi_hop", "bao_cao"
FILES = 3
HEAD = "| survey |\n| | type | name | label::Tiếng Việt (vi) |\n"


def settings_of(form: str) -> str:
    return (
        "| settings |\n| | form_id | form_title | version | default_language |\n"
        f"| | {form} | Biểu thử | 1 | Tiếng Việt (vi) |\n"
    )


FORMS = {
    EVENT: HEAD
    + "| | date | ngay | Ngày |\n| | integer | so_nguoi | Số người |\n"
    + "".join(f"| | image | anh_{i} | Ảnh {i} |\n" for i in range(FILES))
    + settings_of(EVENT),
    MONTHLY: HEAD + "| | date | ky_bao_cao | Tháng |\n| | integer | so_nguoi | Số người |\n" + settings_of(MONTHLY),
}


def main(phones: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from django.db import transaction

    from caunoi.accounts.models import AppUser
    from caunoi.audit.clock import take_numbers
    from caunoi.facts.models import DataElement
    from caunoi.forms.actions import publish_form, set_assignments
    from caunoi.forms.rules.assignments import AssignmentRow
    from caunoi.moments import local_moment
    from caunoi.records.tests.builders import BY, unit

    at = local_moment(date(2024, 1, 1))
    for code, text in FORMS.items():
        publish_form(content=text.encode(), file_type="md", file_name=f"{code}.md", pack="thu", by=BY, at=at)
        kind = "event" if code == EVENT else "month"
        # One form waits for an officer and one does not: one book for the first, both for the second.
        level = "commune" if code == EVENT else ""
        set_assignments(code, [AssignmentRow("village", kind, approval_level=level)], by=BY, at=at)
        with transaction.atomic():
            DataElement.objects.create(
                code=f"{code}_nguoi", name_vi="Số người", unit="người", kind="flow", levels=["village"], form_code=code,
                expression="${so_nguoi}", day="${ngay}" if code == EVENT else "period", pack="thu",
                known_from=take_numbers(1)[0],
            )  # fmt: skip
    commune = unit("Xã Thử", "commune")
    tokens = [secrets.token_urlsafe(32) for _ in range(phones)]
    for number, token in enumerate(tokens):
        AppUser.objects.create(
            org_unit=unit(f"Thôn {number}", "village", commune), name=f"Điện thoại {number}", created_by="Người thử",
            created_at=at, token_sha256=hashlib.sha256(token.encode()).hexdigest(), sealed_token="",
        )  # fmt: skip
    print(json.dumps({"tokens": tokens}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
