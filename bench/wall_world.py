"""Makes a campaign of one province and its phones: `python -m bench.wall_world COMMUNES VILLAGES` (villages of each
commune), in a home of its own, by environment. Prints JSON: {"tokens": [...], "campaign": id}."""

from __future__ import annotations

import json
import sys
from datetime import date


def main(communes: int, villages: int) -> None:
    import django

    django.setup()
    from bench import world
    from bench.phones_world import make_phones
    from caunoi.accounts.models import Role, RoleGrant, User
    from caunoi.boards.campaigns import declare_campaign
    from caunoi.forms.models import Form
    from caunoi.places.models import OrgUnit

    world.VILLAGES_IN_COMMUNE = villages
    tokens = make_phones(communes * villages)
    province = OrgUnit.objects.get(level="province")
    watcher = User.objects.create_user(username="do", password="do-toc-do-1", full_name="Người đo")
    RoleGrant.objects.create(user=watcher, role=Role.PROGRAMME_MANAGER, org_unit=province, from_day=date(2020, 1, 1))
    campaign = declare_campaign(
        user=watcher, name="Ra quân", form=Form.objects.get(code=world.FORM), org_unit=province,
        first=date(2015, 1, 1), last=date(2015, 1, 31), by=world.BY, at=world.PUBLISHED,
    )  # fmt: skip
    print(json.dumps({"tokens": tokens, "campaign": campaign.pk}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
