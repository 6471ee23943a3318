"""Whether a record may name the work it names: asked at the door. What doesn't fit waits for an officer, who may know
better: a road may well cross into another commune."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from caunoi.contributions.queries import follow_merging, list_purses, read_uuid
from caunoi.contributions.rules.purse import WorkForm
from caunoi.forms.rules.check import Problem
from caunoi.places.queries import get_snapshot
from caunoi.records.checks import RELATION, Statement
from caunoi.records.entities.reading import keepers_of
from caunoi.records.models import Entity
from caunoi.sentences import gettext as _
from caunoi.sentences import in_words_of


class WorksNamed:
    """The room's further check. Made for each batch: what packs say, and each work, are read once."""

    def __init__(self) -> None:
        self._forms: dict[str, WorkForm] | None = None
        self._works: dict[tuple[str, UUID], Entity | None] = {}

    def check(self, statement: Statement) -> list[Problem]:
        form = self._form_of(statement.form_code)
        if form is None or form.work in statement.unread or not statement.answers.get(form.work):
            return []
        if not statement.org_unit_id:  # a row whose unit could not be read, which is said of it already
            return []
        message = self._judge(form, statement)
        if not message:
            return []
        question = statement.questions.get(form.work)
        label = (in_words_of(question.labels) if question is not None else "") or form.work
        allowed = _("một công trình đang có trong sổ của xã này")
        return [Problem(form.work, label, str(statement.answers[form.work]), message, allowed, RELATION)]

    def compared_forms(self) -> Collection[str]:
        return ()

    def compare(self, statements: Sequence[Statement]) -> list[list[Problem]]:
        return [[] for _one in statements]

    def _form_of(self, code: str) -> WorkForm | None:
        if self._forms is None:
            self._forms = {form.form: form for purse in list_purses().values() for form in purse.forms}
        return self._forms.get(code)

    def _judge(self, form: WorkForm, statement: Statement) -> str:
        uuid = read_uuid(statement.answers[form.work])
        work = self._find(form.register, uuid) if uuid is not None else None
        if work is None:
            return _("Sổ theo dõi không có công trình này. Hãy chọn lại trong danh sách.")
        day, places = statement.occasion.days.last, get_snapshot()
        if work.ended_on is not None and work.ended_on <= day:
            said = _("Công trình “%(work)s” đã kết thúc từ %(day)s, trước ngày ghi trong bản ghi.")
            return said % {"work": work.label, "day": f"{work.ended_on:%d/%m/%Y}"}
        near = {statement.org_unit_id, *places.ancestors_on(statement.org_unit_id, day)}
        now = {mapped.unit for mapped in places.map_unit(work.org_unit_id, day)} | {work.org_unit_id}
        if now & near or statement.org_unit_id in keepers_of(work.org_unit_id, day, places):
            return ""
        said = _("Công trình “%(work)s” thuộc %(unit)s, không phải nơi ghi bản này.")
        return said % {"work": work.label, "unit": places.path_name(work.org_unit_id, day)}

    def _find(self, register: str, uuid: UUID) -> Entity | None:
        if (register, uuid) not in self._works:
            found = Entity.objects.filter(entity_list__code=register, uuid=uuid, removed=False)
            found = found.select_related("merged_into")
            one = found.first()
            self._works[register, uuid] = follow_merging(one) if one is not None else None
        return self._works[register, uuid]


def works_named() -> WorksNamed:
    return WorksNamed()
