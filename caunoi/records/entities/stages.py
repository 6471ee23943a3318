"""The stages of things as registers declare them: read, worded, and asked whether a record may say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import roles_on
from caunoi.accounts.scope import ids_in_sql
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import declarations_of, list_feeding, questions_of
from caunoi.forms.rules.entities import Declaration
from caunoi.forms.rules.questions import Question, find_event_question
from caunoi.records.entities.queries import list_properties
from caunoi.records.entities.rules.stages import NO_STAGES, Obstacle, SaidBy, Stages, from_json
from caunoi.records.entities.rules.versions import Version
from caunoi.records.models import EntityList, Source, SubmissionVersion
from caunoi.sentences import Told, in_words_of
from caunoi.sentences import gettext as _

_PATH = re.compile(r"/[\w./-]+")


@dataclass(frozen=True)
class StageForm:
    """The form by which things of a register go from stage to stage: which of its questions says what. `of`: which
    thing; blank if the form only enters new ones. `day`: since when."""

    version: FormVersion
    questions: Mapping[str, Question]
    properties: Mapping[str, str]
    of: str
    label: str
    day: str

    def question_of(self, name: str) -> str:
        """That a property is taken from; '' if none."""
        return self.properties.get(name, "")


def list_stage_forms(register: EntityList) -> list[StageForm]:
    """Every form in use that feeds the register with one thing a sending, each as it says it."""
    found = []
    for version in list_feeding(register.code):
        for declared in declarations_of(version):
            if declared.list_code == register.code and declared.repeat is None:
                found.append(_read_stage_form(version, declared))
    return found


def find_stage_form(register: EntityList) -> StageForm | None:
    return next((one for one in list_stage_forms(register) if one.version.form.code == register.stage_form), None)


def _read_stage_form(version: FormVersion, declared: Declaration) -> StageForm:
    questions = questions_of(version)
    by_path = {one.path: one.name for one in questions}
    event = find_event_question(questions)
    return StageForm(
        version,
        {one.name: one for one in questions},
        {name: by_path[path] for name, path in declared.properties if path in by_path},
        next((by_path[path] for path in _PATH.findall(declared.entity_id) if path in by_path), ""),
        by_path.get(declared.label.strip(), ""),
        event.name if event else "",
    )


def stages_of(register: EntityList) -> Stages:
    return from_json(register.stage_by, register.transitions) if register.stage_by else NO_STAGES


def read_said_by(versions: Iterable[Version]) -> SaidBy:
    """Of all these versions, read at once: by which record, or which person's decision, each was said."""
    sources = {one.source_id for one in versions if one.source_id is not None}
    rows = SubmissionVersion.objects.filter(pk__in=ids_in_sql(sources)).values_list("pk", "submission_id")
    records = dict(rows) if sources else {}

    def said_by(one: Version) -> str:
        return record_key(records[one.source_id]) if one.source_id in records else f"version:{one.number}"

    return said_by


def record_key(submission_id: int) -> str:
    return f"submission:{submission_id}"


def holds_role(
    user: User | None, roles: Iterable[str], org_unit_id: int, day: date, *, source: str = Source.BROWSER
) -> bool:
    """Who is known by name only was let in by somebody who answers for it; but a phone is let in without any role."""
    if user is None:
        return source != Source.DEVICE
    return bool(roles_on(user, org_unit_id, day) & {Role(one) for one in roles})


def word_stage(register: EntityList, stage: str) -> Told:
    """As the newest form words it, in the reader's language."""
    question = next((one.question for one in list_properties(register) if one.name == register.stage_by), None)
    choices = question.choices if question else ()
    labels: Mapping[str, str] = next((one.labels for one in choices if one.name == stage), {})
    return in_words_of(labels or {"vi": stage})


def tell_obstacle(register: EntityList, obstacle: Obstacle, stage: str, label: str) -> Told:
    words = {
        "label": label,
        "stage": word_stage(register, stage),
        "before": word_stage(register, obstacle.before),
        "day": f"{obstacle.day:%d/%m/%Y}" if obstacle.day else "",
    }
    match obstacle.wrong:
        case "future":
            sentence = _("“%(label)s” chưa thể ở bước “%(stage)s” vào một ngày chưa đến. Hãy ghi lại ngày.")
        case "early":
            sentence = _(
                "“%(label)s” đã sang bước “%(before)s” từ ngày %(day)s, nên bước “%(stage)s” không thể vào ngày trước"
                " đó. Hãy ghi lại ngày, hoặc đính chính bản ghi của bước sau trước."
            )
        case "begin":
            sentence = _("“%(label)s” không bắt đầu từ bước “%(stage)s” được. Hãy ghi bước đầu trước.")
        case "order":
            sentence = _(
                "“%(label)s” đang ở bước “%(before)s”, không chuyển thẳng sang “%(stage)s” được. Hãy ghi đủ các bước"
                " giữa."
            )
        case "ended":
            sentence = _(
                "“%(label)s” đã ở bước cuối “%(before)s” nên không chuyển tiếp được. Nếu bước đó ghi nhầm, hãy rút bản"
                " ghi của nó và nêu lý do."
            )
        case "after":
            sentence = _(
                "Nếu “%(label)s” ở bước “%(stage)s” thì bước “%(before)s” ngày %(day)s sau nó không còn đúng thứ tự."
                " Hãy đính chính bước sau trước."
            )
        case "level":
            sentence = _("Cấp của đơn vị này không ghi được bước “%(stage)s” của “%(label)s”.")
        case "again":
            sentence = _(
                "“%(label)s” đã có bản ghi bước “%(before)s” ngày %(day)s; ghi bước đó lần nữa thì số liệu đếm hai lần."
                " Muốn sửa điều đã ghi, hãy đính chính bản ghi ngày đó."
            )
        case "twice":
            sentence = _(
                "Sửa như vậy thì bản ghi bước “%(before)s” ngày %(day)s của “%(label)s” lặp lại bước ngay trước nó, số"
                " liệu đếm hai lần. Hãy rút hoặc đính chính bản ghi đó trước."
            )
        case "role":
            sentence = _("Bạn không có vai trò để ghi bước “%(stage)s” của “%(label)s”. Hãy nhờ người có quyền.")
    return sentence % words
