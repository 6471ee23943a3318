"""What undoing a reorganisation would restore, and what stands in its way. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Count, ForeignObjectRel, Model, QuerySet
from django.utils.translation import gettext as _

from caunoi.places.models import OrgUnit, OrgUnitSpell, SuccessionShare
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.drafts import PlaceDraft, describe_clash, show_day
from caunoi.places.rules.snapshot import PlaceSnapshot, Spell, make_snapshot

SHOWN = 12


@dataclass(frozen=True)
class UndoPlan:
    """`now` and, once undone, `restored`. `unmade`: units begun by the change; `changed`: those that go back to what
    they were."""

    now: PlaceSnapshot
    restored: PlaceSnapshot
    unmade: frozenset[int]
    changed: tuple[int, ...]


@dataclass(frozen=True)
class Reference:
    """`count` rows of a table that point at a unit. `table` as Django labels it: `records.Submission`."""

    table: str
    unit: int
    count: int


def plan_undo(number: int) -> UndoPlan:
    """`number`: the knowledge number the change bears."""
    now = get_snapshot()
    unmade = frozenset(OrgUnit.objects.filter(known_from=number).values_list("pk", flat=True))
    spells: dict[int, list[Spell]] = {unit: list(several) for unit, several in now.spells.items() if unit not in unmade}
    before = _read_spells(OrgUnitSpell.ever.filter(known_until=number))
    spells |= before
    units = [unit for unit in now.units.values() if unit.id not in unmade]
    units = [replace(u, ends_on=before[u.id][-1].to_day) if u.id in before else u for u in units]
    undone = set(SuccessionShare.objects.filter(succession__known_from=number).values_list("old_id", "new_id"))
    steps = [step for step in now.steps if (step.old, step.new) not in undone]
    restored = make_snapshot(units, [spell for several in spells.values() for spell in several], steps, -number)
    return UndoPlan(now, restored, unmade, tuple(sorted(before)))


def _read_spells(rows: QuerySet[OrgUnitSpell]) -> dict[int, list[Spell]]:
    found: dict[int, list[Spell]] = {}
    for unit, name, code, parent, from_day, to_day, short_name in rows.order_by("org_unit_id", "from_day").values_list(
        "org_unit_id", "name", "code", "parent_id", "from_day", "to_day", "short_name"
    ):
        found.setdefault(unit, []).append(Spell(unit, name, code, parent, from_day, to_day, short_name))
    return found


def list_obstacles(number: int, plan: UndoPlan) -> list[str]:
    """Later changes of places that rest on this one, as sentences; empty if there are none."""
    found = []
    written = _read_spells(OrgUnitSpell.ever.filter(known_from=number))
    touched = {*plan.unmade, *plan.changed}
    # Compared by what they say: a later change that was itself undone wrote them anew.
    later = {unit for unit in touched if list(plan.now.spells[unit]) != written.get(unit)}
    later |= {
        unit
        for unit, spells in plan.now.spells.items()
        if unit not in touched and any(spell.parent in plan.unmade for spell in spells)
    }
    if later:
        found.append(
            _("Các đơn vị sau đã được thay đổi thêm từ đó; hãy hoàn tác thay đổi sau trước: %(units)s.")
            % {"units": _name(later, plan.now)}
        )
    draft = PlaceDraft(plan.restored)
    for _unit, spell in draft.list_orphans(plan.changed):
        ended = draft.outlived(spell)
        assert ended is not None and spell.parent is not None, "an orphan outlives its parent"
        found.append(
            _("%(unit)s sẽ lại thuộc %(parent)s, nhưng đơn vị này đã kết thúc ngày %(day)s.")
            % {"unit": spell.name, "parent": draft.spell_on(spell.parent, ended).name, "day": show_day(ended)}
        )
    for unit, other, spell in draft.clashes(plan.changed):
        found.append(f"{draft.units[unit].key}: {describe_clash(other, spell.from_day, draft)}")
    return found


def list_references(units: Collection[int]) -> list[Reference]:
    """Whatever any room keeps about these units, places themselves aside."""
    found: dict[tuple[str, int], int] = {}
    for model, name in list_pointing() if units else ():
        rows = (
            model._base_manager.filter(**{f"{name}__in": units})
            .values_list(f"{name}_id")
            .annotate(rows=Count("pk"))
            .order_by(f"{name}_id")
        )
        for unit, count in rows:
            # A row may point at a unit by two of its columns.
            key = (model._meta.label, unit)
            found[key] = max(count, found.get(key, 0))
    return [Reference(table, unit, count) for (table, unit), count in found.items()]


def list_pointing() -> list[tuple[type[Model], str]]:
    """Tables of other rooms with a column that points at a unit, also those to which no way leads from the unit
    (`related_name="+"`)."""
    relations = [
        field for field in OrgUnit._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel)
    ]
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if not isinstance(relation.related_model, str)
        and relation.related_model._meta.app_label != OrgUnit._meta.app_label
    ]


def describe_reference(reference: Reference, places: PlaceSnapshot) -> str:
    unit = places.units[reference.unit]
    return f"{places.name_on(unit.id, unit.starts_on)}: {reference.count} {describe_table(reference.table)}."


def describe_table(table: str) -> str:
    """What a row of a table is, for readers."""
    return list_words().get(table, table)


def list_words() -> dict[str, str]:
    return {
        "records.Submission": _("bản ghi đã gửi"),
        "records.HeldSending": _("lần gửi đang giữ"),
        "records.Entity": _("mục trong sổ theo dõi"),
        "records.EntityProblem": _("chỗ vướng của sổ theo dõi"),
        "facts.Posting": _("dòng số liệu"),
        "reports.ReportRun": _("báo cáo đã lập"),
        "accounts.RoleGrant": _("vai trò đã giao"),
        "accounts.PredecessorAccess": _("lần mở bản ghi cũ"),
        "accounts.AppUser": _("điện thoại đã cấp"),
        "forms.Extension": _("lần gia hạn"),
        "tasks.Task": _("việc cần làm"),
        "accounts.Invitation": _("lời mời nhận vai trò"),
        "assessments.CriterionStatement": _("lần ghi đạt hay chưa đạt tiêu chí"),
        "assessments.GroupSpell": _("lần xếp vào nhóm của bộ tiêu chí"),
        "assessments.ProgressRecord": _("lần ghi tiến độ bộ tiêu chí"),
        "assessments.Rating": _("phiếu chấm điểm"),
        "assessments.RatingRound": _("đợt chấm điểm"),
        "awards.Award": _("người hay tập thể được đề nghị khen thưởng"),
        "awards.CountSent": _("bản ghi đếm khen thưởng"),
        "awards.Dossier": _("hồ sơ khen thưởng"),
        "boards.Campaign": _("đợt phát động"),
        "boards.Dashboard": _("bảng số liệu"),
        "boards.SavedView": _("trang số liệu đã lưu"),
        "contests.Contest": _("cuộc thi"),
        "contests.Entrant": _("thí sinh, đội thi"),
        "documents.Document": _("văn bản"),
        "documents.DocumentAddress": _("nơi nhận văn bản"),
        "documents.DoneMark": _("lần báo đã làm xong"),
        "documents.Duty": _("việc mà văn bản giao"),
        "meetings.Matter": _("việc, kiến nghị sau hội nghị"),
        "meetings.Meeting": _("hội nghị, buổi sinh hoạt"),
        "meetings.MeetingUnit": _("hội nghị có liên quan"),
        "meetings.Site": _("điểm họp"),
        "records.EntityVersion": _("lần chuyển mục trong sổ theo dõi"),
        "reports.BatchUnit": _("báo cáo trong một lượt lập hàng loạt"),
        "reports.ReportBatch": _("lượt lập báo cáo hàng loạt"),
        "reports.OwnTemplate": _("mẫu báo cáo riêng của đơn vị"),
        "reports.BodyLayout": _("thể thức trình bày của cơ quan"),
        "targets.Allotment": _("lần giao chỉ tiêu"),
        "training.Learner": _("học viên"),
        "training.TrainingClass": _("lớp học"),
    }


def _name(units: Collection[int], places: PlaceSnapshot) -> str:
    names = [places.name_on(unit, places.spells[unit][-1].from_day) for unit in sorted(units) if unit in places.units]
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
