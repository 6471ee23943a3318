"""Makes what phones send to: `python -m bench.phones_world PHONES` in a home (and database) of its own, by environment.

Prints JSON: {"tokens": [...]}, one token a phone, each of a village of its own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys

FIELDS = 12


def make_phones(phones: int) -> list[str]:
    """Their tokens, in the order of the villages. Django must be set up."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from bench.world import PUBLISHED, make_units, publish
    from caunoi.accounts.models import AppUser

    publish(FIELDS, photo=True)
    villages = make_units(phones)[3]
    tokens = [secrets.token_urlsafe(32) for _village in villages]
    AppUser.objects.bulk_create(
        [
            AppUser(
                org_unit=village, name=f"Điện thoại {number}", created_by="Đo tốc độ", created_at=PUBLISHED,
                token_sha256=hashlib.sha256(token.encode()).hexdigest(), sealed_token=f"bench-{number}",
            )
            for number, (village, token) in enumerate(zip(villages, tokens, strict=True))
        ],
        batch_size=500,
    )  # fmt: skip
    return tokens


def main(phones: int) -> None:
    import django

    django.setup()
    print(json.dumps({"tokens": make_phones(phones)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
