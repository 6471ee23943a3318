"""contributions/: where money for works comes from, what is given, which questions of which forms tell it, and the
Word templates of the list that is disclosed (`cong_khai.docx`) and of letters of thanks (`thu_cam_on.docx`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from caunoi.contributions.rules.purse import AmountRule, GiftKind, MoneySource, Purse, Side, WorkForm
from caunoi.forms.rules.questions import NUMBERS, Question
from caunoi.packs.rules.contents import ContributionRows, ElementRow
from caunoi.packs.rules.tables import Notes, Row, check_unique, read_table, suggest

FOLDER = "contributions"
SOURCES, KINDS = f"{FOLDER}/sources.csv", f"{FOLDER}/kinds.csv"
FORMS, AMOUNTS = f"{FOLDER}/forms.csv", f"{FOLDER}/amounts.csv"
LIST_TEMPLATE, LETTER_TEMPLATE = f"{FOLDER}/cong_khai.docx", f"{FOLDER}/thu_cam_on.docx"
FILES = {
    SOURCES: ("code", "name_vi", "name_en"),
    KINDS: ("code", "name_vi", "name_en", "unit", "decimals", "money"),
    FORMS: (
        "form", "side", "register", "work", "source", "households", "giver", "consent", "consent_day", "consent_way",
        "progress",
    ),
    AMOUNTS: ("form", "question", "kind", "source", "element"),
}  # fmt: skip
TEMPLATES = (LIST_TEMPLATE, LETTER_TEMPLATE)
YES_NO = ("yes", "no")
MOST_DECIMALS = 4

Questions = Mapping[str, Sequence[Question] | None]


def read_contributions(
    files: Mapping[str, bytes],
    questions: Questions,
    elements: Sequence[ElementRow],
    registers: Mapping[str, Sequence[str]] | None,
    personal: frozenset[tuple[str, str]],
    notes: Notes,
) -> ContributionRows:
    """`registers`: register -> its properties, None where forms can't be read; `personal`: (form, question) of what
    is sealed."""
    for name in files:
        if name.startswith(f"{FOLDER}/") and name not in (*FILES, *TEMPLATES):
            message = _("Gói không có tệp hay thư mục tên này.") + suggest(name, [*FILES, *TEMPLATES])
            notes.add_file(name, message, allowed=", ".join([*FILES, *TEMPLATES]))
    tables = {file: read_table(file, files[file], columns, notes) for file, columns in FILES.items() if file in files}
    for file in (SOURCES, KINDS):
        check_unique(tables.get(file, []), "code", notes, {}, {})
    check_unique(tables.get(FORMS, []), "form", notes, {}, {})
    sources = tuple(MoneySource(notes.code(row), *notes.names(row)) for row in tables.get(SOURCES, []))
    kinds = tuple(_read_kind(row, notes) for row in tables.get(KINDS, []))
    forms = tuple(_read_form(row, questions, registers, personal, notes) for row in tables.get(FORMS, []))
    purse = Purse(sources, kinds, forms, ())
    amounts = tuple(
        _read_amount(row, purse, questions, {one.code: one for one in elements}, notes)
        for row in tables.get(AMOUNTS, [])
    )
    for row in tables.get(FORMS, []):
        if row["form"] not in {one.form for one in amounts}:
            notes.add(row, "form", _("Biểu mẫu này chưa có dòng nào trong %(file)s.") % {"file": AMOUNTS})
    return ContributionRows(Purse(sources, kinds, forms, amounts), files.get(LIST_TEMPLATE), files.get(LETTER_TEMPLATE))


def _read_kind(row: Row, notes: Notes) -> GiftKind:
    code, (name_vi, name_en) = notes.code(row), notes.names(row)
    if not row["unit"]:
        notes.add(row, "unit", _("Thiếu đơn vị tính."))
    decimals = notes.whole_number(row, "decimals", 0, MOST_DECIMALS, 0)
    return GiftKind(code, name_vi, name_en, row["unit"], decimals, notes.one_of(row, "money", YES_NO, "no") == "yes")


def _read_form(
    row: Row,
    questions: Questions,
    registers: Mapping[str, Sequence[str]] | None,
    personal: frozenset[tuple[str, str]],
    notes: Notes,
) -> WorkForm:
    form, asked = row["form"], _find_form(row, questions, notes)
    side = notes.one_of(row, "side", [one.value for one in Side])
    properties = _find_register(row, registers, notes)
    names = {}
    for column in ("work", "source", "households", "giver", "consent_day", "consent_way"):
        names[column] = row[column]
        if row[column]:
            _check_question(row, column, row[column], asked, notes)
    if not row["work"]:
        notes.add(row, "work", _("Chưa ghi câu hỏi nào cho biết công trình."))
    consent, equals, value = (part.strip() for part in row["consent"].partition("="))
    if row["consent"] and not (consent and equals and value):
        notes.add(row, "consent", _("Viết không đúng."), allowed="dong_y=co")
    elif consent:
        _check_question(row, "consent", consent, asked, notes)
    if row["giver"]:
        for column in ("consent", "consent_day", "consent_way"):
            if not row[column]:
                notes.add(row, column, _("Có hỏi tên người góp thì phải hỏi đồng ý, ngày và cách đồng ý."))
        if (form, row["giver"]) not in personal:
            message = _("Tên người góp phải được niêm phong: hãy thêm dòng cho câu hỏi này vào personal_fields.csv.")
            notes.add(row, "giver", message)
    progress = {}
    for pair in row.values("progress"):
        question, _equals, target = (part.strip() for part in pair.partition("="))
        _check_question(row, "progress", question, asked, notes)
        if target and properties is not None and target not in properties:
            message = _("Sổ không có thuộc tính “%(name)s” (cột save_to của các biểu mẫu).") % {"name": target}
            notes.add(row, "progress", message + suggest(target, properties), allowed=", ".join(properties))
        progress[question] = target
    return WorkForm(
        form=form, side=Side(side) if side in {one.value for one in Side} else Side.GIVEN, register=row["register"],
        consent=consent, consent_value=value, progress=progress, **names,
    )  # fmt: skip


def _read_amount(
    row: Row, purse: Purse, questions: Questions, elements: Mapping[str, ElementRow], notes: Notes
) -> AmountRule:
    form = notes.one_of(row, "form", [one.form for one in purse.forms])
    asked = questions.get(form)
    question = _check_question(row, "question", row["question"], asked, notes)
    if question is not None and question.type not in NUMBERS:
        notes.add(row, "question", _("Câu hỏi này không hỏi số."))
    kind = purse.kind(notes.one_of(row, "kind", [one.code for one in purse.kinds]))
    source = notes.one_of(row, "source", [one.code for one in purse.sources])
    told = purse.form(form)
    if told is not None and told.source and asked is not None:
        choices = [one.name for two in asked if two.name == told.source for one in two.choices]
        if choices and source not in choices:
            message = _("Câu hỏi “%(question)s” không có lựa chọn này.") % {"question": told.source}
            notes.add(row, "source", message + suggest(source, choices), allowed=", ".join(choices))
    element = elements.get(row["element"])
    if row["element"] and element is None:
        message = _("Gói không có chỉ tiêu “%(code)s”.") % {"code": row["element"]}
        notes.add(row, "element", message + suggest(row["element"], elements))
    elif element is not None and element.form_code != form:
        notes.add(row, "element", _("Chỉ tiêu này lấy từ biểu mẫu “%(form)s”.") % {"form": element.form_code})
    elif element is not None and element.sensitive:
        notes.add(row, "element", _("Chỉ tiêu nhạy cảm không dùng được ở đây: trang này cộng từ từng bản ghi."))
    elif element is not None and kind is not None and (element.unit, element.decimals) != (kind.unit, kind.decimals):
        message = _("Chỉ tiêu này tính bằng %(unit)s (%(decimals)d số lẻ), khác với loại đóng góp.")
        allowed = f"{kind.unit}, {kind.decimals}"
        notes.add(row, "element", message % {"unit": element.unit, "decimals": element.decimals}, allowed=allowed)
    return AmountRule(form, row["question"], row["kind"], source, row["element"])


def _find_form(row: Row, questions: Questions, notes: Notes) -> Sequence[Question] | None:
    if row["form"] not in questions:
        message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": row["form"]} + suggest(row["form"], questions)
        notes.add(row, "form", message, allowed=", ".join(sorted(questions)))
        return None
    return questions[row["form"]]


def _find_register(row: Row, registers: Mapping[str, Sequence[str]] | None, notes: Notes) -> Sequence[str] | None:
    if registers is None:
        return None
    if row["register"] not in registers:
        message = _("Không có sổ theo dõi “%(code)s”.") % {"code": row["register"]}
        notes.add(row, "register", message + suggest(row["register"], registers), allowed=", ".join(sorted(registers)))
        return None
    return registers[row["register"]]


def _check_question(
    row: Row, column: str, name: str, asked: Sequence[Question] | None, notes: Notes
) -> Question | None:
    if asked is None:
        return None
    found = next((one for one in asked if one.name == name), None)
    if found is None:
        names = [one.name for one in asked]
        message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.") % {"form": row["form"], "name": name}
        notes.add(row, column, message + suggest(name, names), allowed=", ".join(names))
    elif found.repeat is not None:
        notes.add(row, column, _("Câu hỏi trong nhóm lặp không dùng được ở đây."))
    return found
