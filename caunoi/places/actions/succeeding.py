from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock
from caunoi.audit.rules import Actor
from caunoi.places.actions.writing import write_draft
from caunoi.places.errors import SuccessionRefused
from caunoi.places.models import Succession
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.drafts import PlaceDraft
from caunoi.places.rules.preview import SuccessionDraft, plan_succession


@transaction.atomic
def succeed(succession: SuccessionDraft, *, by: Actor, at: datetime) -> Succession:
    """One merger, split, renaming or transfer. Refuses with every problem named; the same one again is refused too,
    because its old units have ended by then."""
    # The second of two people entering the same merger must see the first one's units ended.
    lock_clock()
    draft = PlaceDraft(get_snapshot())
    plan = plan_succession(succession, draft)
    if plan.problems:
        raise SuccessionRefused(list(dict.fromkeys(problem.message for problem in plan.problems)))
    if not plan.successions:
        raise SuccessionRefused([_("Không có gì thay đổi: hãy kiểm tra đơn vị, ngày và tên mới.")])
    row = write_draft(draft, plan.successions, succession.note)[0]
    detail = {
        "kind": succession.kind,
        "day": succession.day.isoformat(),
        "old": list(succession.olds),
        "new": [draft.units[unit].key for unit in sorted(draft.touched, reverse=True) if unit < 0],
        "shares": [[s.old, s.new, s.old_parts, s.new_parts, s.basis] for s in succession.shares],
        "moved": sorted(draft.units[child].key for child, *_rest in plan.followed) + sorted(succession.moves),
        "note": succession.note,
    }
    write_line("places.succeed", f"succession:{row.pk}", detail, by=by, at=at)
    return row
