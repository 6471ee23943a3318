"""Steps an officer may take on many records at once: which the lists offer, and what comes back from the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere
from caunoi.approvals.permissions import Relation, roles_for
from caunoi.approvals.rules import NEEDS_COMMENT, Step
from caunoi.desk.typed_numbers import read_number
from caunoi.languages import show_number
from caunoi.records.actions import Seen

# What can become of the records of each list.
STEPS = {
    "waiting": (Step.APPROVE, Step.RETURN, Step.WITHDRAW),
    "returned": (Step.WITHDRAW,),
    "approved": (Step.LOCK, Step.RETURN, Step.WITHDRAW),
    "locked": (Step.UNLOCK,),
}
ALL = tuple(dict.fromkeys(step for steps in STEPS.values() for step in steps))


@dataclass(frozen=True)
class Offered:
    """A button under a list. `name` is the step's; `is_mild`: nothing is taken away by it."""

    name: str
    label: str
    is_mild: bool


def list_offered(user: User, tab: str, on: date) -> list[Offered]:
    """Only what one of the user's roles may do anywhere; each record is judged on its own when it is done."""
    labels = {
        Step.APPROVE: _("Duyệt các bản đã chọn"),
        Step.RETURN: _("Trả lại…"),
        Step.WITHDRAW: _("Rút…"),
        Step.LOCK: _("Khóa"),
        Step.UNLOCK: _("Mở khóa…"),
    }
    return [
        Offered(step.value, labels[step], step in (Step.APPROVE, Step.LOCK))
        for step in STEPS.get(tab, ())
        if any(holds_anywhere(user, role, on) for role in roles_for(step, Relation.DECIDES))
    ]


def read_step(asked: str) -> Step:
    """What no button of ours asks for counts as the mildest."""
    return next((step for step in ALL if step.value == asked), Step.APPROVE)


def needs_comment(step: Step) -> bool:
    return step in NEEDS_COMMENT


def read_chosen(sent: QueryDict) -> dict[int, Seen]:
    """Record -> what was listed of it: `12:1:0` (record, version, levels that had approved), one a field or many in
    one. What is no such thing was not sent by our page."""
    values: Iterable[str] = [
        *sent.getlist("on_page" if sent.get("all") == "page" else "id"),
        *sent.get("chosen", "").split(),
    ]
    seen: dict[int, Seen] = {}
    for value in values:
        match [read_number(part) for part in value.split(":")]:
            case [int(pk), int(number), int(stage)]:
                seen[pk] = Seen(number, stage)
            case [int(pk), int(number)]:
                seen[pk] = Seen(number, None)
    return seen


def write_chosen(seen: dict[int, Seen]) -> str:
    return " ".join(
        f"{pk}:{one.number}" if one.stage is None else f"{pk}:{one.number}:{one.stage}" for pk, one in seen.items()
    )


def ask(step: Step, count: int) -> str:
    """`Duyệt 2 bản?`"""
    sentences = {
        Step.APPROVE: ngettext("Duyệt %(count)s bản?", "Duyệt %(count)s bản?", count),
        Step.RETURN: ngettext("Trả lại %(count)s bản?", "Trả lại %(count)s bản?", count),
        Step.WITHDRAW: ngettext("Rút %(count)s bản?", "Rút %(count)s bản?", count),
        Step.LOCK: ngettext("Khóa %(count)s bản?", "Khóa %(count)s bản?", count),
        Step.UNLOCK: ngettext("Mở khóa %(count)s bản?", "Mở khóa %(count)s bản?", count),
    }
    return sentences[step] % {"count": show_number(Decimal(count))}


def explain(step: Step) -> str:
    return {
        Step.APPROVE: _("Số liệu của các bản này sẽ vào sổ đã duyệt, trừ bản còn chờ cấp trên duyệt tiếp."),
        Step.RETURN: _(
            "Người ghi thấy lời nhắn ngay trên biểu mẫu. Sổ đã duyệt giữ nguyên đến khi bản sửa được duyệt."
        ),
        Step.WITHDRAW: _("Số liệu của các bản này được trừ khỏi cả hai sổ; nội dung và lý do vẫn lưu."),
        Step.LOCK: _("Bản đã khóa không sửa, không trả lại được nữa, trừ khi có người mở khóa kèm lý do."),
        Step.UNLOCK: _("Bản đã mở khóa sửa được, và mở cho đến khi được duyệt lại hoặc có người khóa."),
    }[step]


def name_button(step: Step) -> str:
    return {
        Step.APPROVE: _("Duyệt"),
        Step.RETURN: _("Trả lại"),
        Step.WITHDRAW: _("Rút"),
        Step.LOCK: _("Khóa"),
        Step.UNLOCK: _("Mở khóa"),
    }[step]


def say_done(step: Step) -> str:
    """With the mark `%(count)s` still in it: the page's script counts, too."""
    return {
        Step.APPROVE: _("Đã duyệt %(count)s bản."),
        Step.RETURN: _("Đã trả lại %(count)s bản."),
        Step.WITHDRAW: _("Đã rút %(count)s bản."),
        Step.LOCK: _("Đã khóa %(count)s bản."),
        Step.UNLOCK: _("Đã mở khóa %(count)s bản."),
    }[step]


def say_already(step: Step) -> str:
    return _("%(count)s bản đã như vậy từ trước, không có gì thay đổi.")


def say_refused(step: Step) -> str:
    return {
        Step.APPROVE: _("%(count)s bản chưa duyệt được:"),
        Step.RETURN: _("%(count)s bản chưa trả lại được:"),
        Step.WITHDRAW: _("%(count)s bản chưa rút được:"),
        Step.LOCK: _("%(count)s bản chưa khóa được:"),
        Step.UNLOCK: _("%(count)s bản chưa mở khóa được:"),
    }[step]


def name_result(step: Step) -> str:
    return {
        Step.APPROVE: _("Kết quả duyệt"),
        Step.RETURN: _("Kết quả trả lại"),
        Step.WITHDRAW: _("Kết quả rút"),
        Step.LOCK: _("Kết quả khóa"),
        Step.UNLOCK: _("Kết quả mở khóa"),
    }[step]
