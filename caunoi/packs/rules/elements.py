"""data_elements.csv: what each row says, and whether its form can answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from caunoi.facts.rules.derivation import read_day
from caunoi.facts.rules.expressions import (
    Condition,
    Expression,
    ExpressionError,
    list_uses,
    parse_condition,
    parse_expression,
)
from caunoi.facts.rules.expressions import (
    Question as Asked,
)
from caunoi.forms.rules.questions import NUMBERS, Question
from caunoi.packs.rules.contents import ElementRow, StandingElement
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import CATEGORY, FLOW, KINDS, NATURES, RESULT, STOCK, UNITS

FILE = "data_elements.csv"
COLUMNS = (
    "code", "name_vi", "name_en", "unit", "kind", "decimals", "levels", "form", "expression", "filter", "day", "nature",
    "classes", "definition_vi", "definition_en",
)  # fmt: skip

# Packs made before there were registers or released tables lack them.
OPTIONAL = ("register", "sensitive")
YES = ("yes",)

SELECTS = frozenset({"select_one", "select_multiple", "rank"})
DATES = frozenset({"date", "datetime"})
_NOT_FOR_UNITS = ("register", "form", "expression", "filter", "day", "classes")
_NOT_FOR_REGISTERS = ("form", "day", "classes")
# The thing's name, which every register has beside its properties.
LABEL = "label"

# The questions of each form; None for a form that can't be read, which is said elsewhere.
Forms = Mapping[str, Sequence[Question] | None]
# The properties of each register, and the questions of this pack that tell each of them; None where a form that can't
# be read may have named more.
Registers = Mapping[str, Mapping[str, Sequence[Question]]] | None


def read_elements(
    rows: Sequence[Row], levels: Sequence[str], forms: Forms, registers: Registers, notes: Notes
) -> list[ElementRow]:
    """One for each row, also for rows with mistakes, so that later checks know their codes."""
    found = [_read(row, levels, forms, registers, notes) for row in rows]
    _check_units_of_sums(rows, found, notes)
    return found


def _read(row: Row, levels: Sequence[str], forms: Forms, registers: Registers, notes: Notes) -> ElementRow:
    kind = notes.one_of(row, "kind", KINDS)
    names = notes.names(row)
    definitions = notes.both_languages(row, "definition")
    element = ElementRow(
        code=notes.code(row),
        name_vi=names[0],
        name_en=names[1],
        unit=notes.text(row, "unit", 40),
        kind=kind,
        decimals=notes.whole_number(row, "decimals", 0, 6, default=0),
        levels=notes.levels(row, "levels", levels),
        form_code=row["form"],
        expression=row["expression"],
        filter=row["filter"],
        day=row["day"],
        nature=notes.one_of(row, "nature", NATURES, default=RESULT),
        classes=row.values("classes"),
        definition_vi=definitions[0],
        definition_en=definitions[1],
        register=row["register"],
        sensitive=notes.one_of(row, "sensitive", YES, default="") == "yes",
    )
    if kind == UNITS:
        _check_units(row, element, notes)
    elif element.register:
        _check_register(row, element, registers, notes)
    else:
        _check_derivation(row, element, forms, notes)
    if kind == CATEGORY:
        if element.decimals:
            notes.add(row, "decimals", _("Xếp loại không có chữ số thập phân."), allowed="0")
        if not element.classes:
            notes.add(row, "classes", _("Xếp loại phải ghi các loại, từ tốt nhất đến kém nhất."), allowed="tot;kha;yeu")
        if len(set(element.classes)) != len(element.classes):
            notes.add(row, "classes", _("Có loại ghi hai lần."))
        if any(len(class_) > 40 for class_ in element.classes):
            notes.add(row, "classes", _("Mã của một loại dài quá 40 ký tự."))
    elif element.classes and kind != UNITS:
        notes.add(row, "classes", _("Chỉ xếp loại (kind = category) mới có classes."))
    return element


def _check_register(row: Row, element: ElementRow, registers: Registers, notes: Notes) -> None:
    if element.kind and element.kind not in (STOCK, FLOW):
        message = _("Số lấy từ sổ theo dõi là số hiện có (kind = stock) hoặc số phát sinh (kind = flow).")
        notes.add(row, "kind", message, allowed=f"{STOCK}, {FLOW}")
    for column in _NOT_FOR_REGISTERS:
        if row[column]:
            notes.add(row, column, _("Số đếm từ sổ theo dõi không lấy từ biểu mẫu: cột này phải để trống."))
    if element.decimals and not element.expression:
        notes.add(row, "decimals", _("Số đếm từ sổ theo dõi không có chữ số thập phân."), allowed="0")
    condition = _parse_condition(row, notes)
    added = _parse_expression(row, notes) if element.expression else None
    if registers is None:
        return
    properties = registers.get(element.register)
    if properties is None:
        message = _("Không có sổ theo dõi “%(code)s”.") % {"code": element.register}
        notes.add(row, "register", message + suggest(element.register, registers), allowed=", ".join(sorted(registers)))
        return
    if condition is not None:
        _check_properties(row, "filter", condition, properties, notes)
    if added is not None:
        _check_properties(row, "expression", added, properties, notes)
        _check_number(row, added, properties, notes)


def _check_properties(
    row: Row, column: str, written: Expression | Condition, properties: Iterable[str], notes: Notes
) -> None:
    names, uses = [LABEL, *properties], list_uses(written)
    for name in sorted(uses.questions):
        if name not in names:
            message = _("Sổ theo dõi “%(code)s” không có thuộc tính “%(name)s”.")
            words = {"code": row["register"], "name": name}
            notes.add(row, column, message % words + suggest(name, names), allowed=", ".join(names))
    if uses.columns or uses.repeats:
        notes.add(row, column, _("Sổ theo dõi không có nhóm lặp."), allowed=", ".join(names))


def _check_number(row: Row, added: Expression, properties: Mapping[str, Sequence[Question]], notes: Notes) -> None:
    """What is added up must be a number of the things themselves."""
    uses, allowed = list_uses(added), ", ".join(name for name in properties if _is_number(properties, name))
    if not (uses.questions or uses.columns or uses.repeats):
        message = _("Biểu thức phải dùng một thuộc tính số của sổ; để trống cột này thì đếm số mục.")
        notes.add(row, "expression", message, allowed=allowed)
    bare = {added.node.name} if isinstance(added.node, Asked) else set()
    for name in sorted(uses.numbers | bare):
        if name == LABEL or (name in properties and not _is_number(properties, name)):
            message = _("Thuộc tính “%(name)s” của sổ không phải là số nên không cộng được.") % {"name": name}
            notes.add(row, "expression", message, allowed=allowed)


def _is_number(properties: Mapping[str, Sequence[Question]], name: str) -> bool:
    """A property that only forms of another pack or of before tell: what isn't a number there states nothing."""
    return all(one.type in NUMBERS or one.type == "calculate" for one in properties[name])


def _check_units_of_sums(rows: Sequence[Row], elements: Sequence[ElementRow], notes: Notes) -> None:
    """The same number of the same things can't be persons in one row and teams in another."""
    first: dict[tuple[str, str], ElementRow] = {}
    for row, element in zip(rows, elements, strict=True):
        if not element.register or not element.expression:
            continue
        other = first.setdefault((element.register, element.expression.replace(" ", "")), element)
        if element.unit != other.unit:
            message = _(
                "Cùng cộng %(expression)s của sổ “%(register)s” nhưng chỉ tiêu “%(code)s” ghi đơn vị tính khác."
            )
            words = {"expression": element.expression, "register": element.register, "code": other.code}
            notes.add(row, "unit", message % words, allowed=other.unit)


def _check_units(row: Row, element: ElementRow, notes: Notes) -> None:
    for column in _NOT_FOR_UNITS:
        if row[column]:
            notes.add(row, column, _("Số đơn vị (kind = units) đếm từ danh mục đơn vị: cột này phải để trống."))
    if len(element.levels) > 1:
        notes.add(row, "levels", _("Số đơn vị đếm đúng một cấp."))
    if element.decimals:
        notes.add(row, "decimals", _("Số đơn vị không có chữ số thập phân."), allowed="0")


def _check_derivation(row: Row, element: ElementRow, forms: Forms, notes: Notes) -> None:
    if not element.form_code:
        notes.add(row, "form", _("Chưa ghi biểu mẫu."), allowed=", ".join(sorted(forms)))
    elif element.form_code not in forms:
        message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": element.form_code}
        notes.add(row, "form", message + suggest(element.form_code, forms), allowed=", ".join(sorted(forms)))
    expression = _parse_expression(row, notes)
    condition = _parse_condition(row, notes)
    day = read_day(element.day)
    if day is None and element.day not in ("period", "end"):
        notes.add(row, "day", _("Chưa ghi hoặc ghi sai ngày tính."), allowed=_("period, end, hoặc ${câu hỏi ngày}"))
    questions = forms.get(element.form_code)
    if questions is None:
        return
    fit = _Fit(row, questions, notes)
    if day is not None:
        fit.day(day)
    if condition is not None:
        fit.uses("filter", condition)
    if expression is not None:
        fit.uses("expression", expression)
        fit.result(element, expression)


def _parse_expression(row: Row, notes: Notes) -> Expression | None:
    if not row["expression"]:
        allowed = _("${câu hỏi}, phép tính, sum(), count() hoặc 1")
        notes.add(row, "expression", _("Chưa ghi biểu thức."), allowed=allowed)
        return None
    try:
        return parse_expression(row["expression"])
    except ExpressionError as error:
        notes.add(row, "expression", error.sentence)
        return None


def _parse_condition(row: Row, notes: Notes) -> Condition | None:
    try:
        return parse_condition(row["filter"])
    except ExpressionError as error:
        notes.add(row, "filter", error.sentence)
        return None


class _Fit:
    """Whether the form's questions can answer what a row takes from them."""

    def __init__(self, row: Row, questions: Sequence[Question], notes: Notes) -> None:
        self.row, self.notes = row, notes
        self.questions = {question.name: question for question in questions}
        self.repeats = {around.name for q in questions for around in q.enclosing if around.repeats}

    def add(self, column: str, message: str, allowed: str = "") -> None:
        self.notes.add(self.row, column, message, allowed=allowed)

    def find(self, column: str, name: str) -> Question | None:
        """A question outside any repeat; otherwise a mistake and None."""
        question = self.questions.get(name)
        if question is None:
            if name in self.repeats:
                self.add(column, _("“%(name)s” là nhóm lặp: chỉ dùng trong count().") % {"name": name})
            else:
                self.unknown(column, name)
        elif question.repeat is not None:
            self.add(
                column,
                _("Câu hỏi “%(name)s” nằm trong nhóm lặp: hãy viết sum(${%(repeat)s.%(name)s}).")
                % {"name": name, "repeat": question.repeat},
            )
            return None
        return question

    def unknown(self, column: str, name: str) -> None:
        message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.") % {"form": self.row["form"], "name": name}
        self.add(column, message + suggest(name, self.questions), allowed=", ".join(self.questions))

    def day(self, name: str) -> None:
        question = self.find("day", name)
        if question is not None and question.type not in DATES:
            self.add("day", _("Câu hỏi “%(name)s” không phải là câu hỏi ngày.") % {"name": name})

    def uses(self, column: str, written: Expression | Condition) -> None:
        uses = list_uses(written)
        for name in sorted(uses.questions):
            self.find(column, name)
        for repeat, name in sorted(uses.columns):
            self.column(column, repeat, name)
        for name in sorted(uses.repeats - self.repeats):
            if name in self.questions:
                message = _("“%(name)s” không phải là nhóm lặp: count() đếm dòng của nhóm lặp.")
                self.add(column, message % {"name": name})
            else:
                message = _("Biểu mẫu không có nhóm lặp “%(name)s”.") % {"name": name}
                self.add(column, message + suggest(name, self.repeats))
        for name in sorted(uses.numbers):
            self.number(column, name.rpartition(".")[2])
        for name, text in sorted(uses.texts):
            self.text(column, name, text)

    def column(self, column: str, repeat: str, name: str) -> None:
        question = self.questions.get(name)
        if question is None:
            self.unknown(column, name)
        elif question.repeat != repeat:
            message = (
                _("Câu hỏi “%(name)s” không nằm trong nhóm lặp nào: hãy viết ${%(name)s}.")
                if question.repeat is None
                else _("Câu hỏi “%(name)s” nằm trong nhóm lặp “%(repeat)s”: hãy viết ${%(repeat)s.%(name)s}.")
            )
            self.add(column, message % {"name": name, "repeat": question.repeat})
        elif sum(around.repeats for around in question.enclosing) > 1:
            self.add(column, _("Không tính được từ nhóm lặp nằm trong nhóm lặp (“%(name)s”).") % {"name": name})

    def number(self, column: str, name: str) -> None:
        question = self.questions.get(name)
        if question is not None and question.type not in NUMBERS and question.type != "calculate":
            self.add(column, _("Câu hỏi “%(name)s” không phải là câu hỏi số.") % {"name": name})

    def text(self, column: str, name: str, text: str) -> None:
        question = self.questions.get(name)
        if question is None or not text:
            return
        if question.type in NUMBERS:
            message = _("Câu hỏi “%(name)s” là số: so sánh với số thì bỏ dấu nháy.")
            self.add(column, message % {"name": name})
        elif question.type in SELECTS and question.choices:
            choices = [choice.name for choice in question.choices]
            if text not in choices:
                message = _("Câu hỏi “%(name)s” không có lựa chọn '%(text)s'.") % {"name": name, "text": text}
                self.add(column, message + suggest(text, choices), allowed=", ".join(choices))
            if question.type == "select_multiple" and f"selected(${{{name}}}" not in self.row[column].replace(" ", ""):
                self.add(
                    column,
                    _("Câu hỏi “%(name)s” chọn được nhiều: hãy viết selected(${%(name)s}, '%(text)s').")
                    % {"name": name, "text": text},
                )

    def result(self, element: ElementRow, expression: Expression) -> None:
        """What comes out must be a class for a category, a number for all others."""
        bare = self.questions.get(expression.node.name) if isinstance(expression.node, Asked) else None
        if element.kind != CATEGORY:
            if bare is not None and bare.repeat is None:
                self.number("expression", bare.name)
            return
        if bare is None:
            return
        choices = [choice.name for choice in bare.choices]
        if bare.type != "select_one" or not choices:
            message = _("Xếp loại lấy từ câu hỏi chọn một; “%(name)s” không phải câu hỏi chọn một.")
            self.add("expression", message % {"name": bare.name})
            return
        for class_ in element.classes:
            if class_ not in choices:
                message = _("Câu hỏi “%(name)s” không có lựa chọn '%(text)s'.") % {"name": bare.name, "text": class_}
                self.add("classes", message + suggest(class_, choices), allowed=";".join(choices))
        if element.classes and (left_out := [choice for choice in choices if choice not in element.classes]):
            message = _("Câu hỏi “%(name)s” có lựa chọn chưa ghi trong classes: %(choices)s.")
            self.add("classes", message % {"name": bare.name, "choices": ", ".join(left_out)}, ";".join(choices))


# -- Against what is loaded -------------------------------------------------------------------------------------------

# What postings are made from. `levels` is apart: a level may be added as long as none of its units sent the form yet.
_DERIVED_FROM = (("kind", "kind"), ("register", "register"), ("form", "form_code"), ("day", "day"))


def check_standing(
    rows: Sequence[Row], elements: Sequence[ElementRow], standing: Mapping[str, StandingElement], notes: Notes
) -> None:
    """A data element with facts keeps what its facts were made by, and stays."""
    for row, element in zip(rows, elements, strict=True):
        old = standing.get(element.code)
        if old is not None and old.has_facts:
            _check_change(row, element, old, notes)
    kept = {element.code for element in elements}
    for code, old in standing.items():
        if old.has_facts and code not in kept:
            message = _("Chỉ tiêu “%(code)s” đã có số liệu nên không bỏ được; hãy giữ lại dòng này.") % {"code": code}
            notes.add_file(FILE, message, column="code", value=code)


def _check_change(row: Row, element: ElementRow, old: StandingElement, notes: Notes) -> None:
    def refuse(column: str, was: str) -> None:
        message = _("Chỉ tiêu đã có số liệu nên không đổi được (đang là “%(was)s”). Muốn tính khác, hãy thêm mã mới.")
        notes.add(row, column, message % {"was": was or _("để trống")})

    if element.decimals != old.decimals:
        refuse("decimals", str(old.decimals))
    for column, field in _DERIVED_FROM:
        if getattr(element, field) != getattr(old, field):
            refuse(column, getattr(old, field))
    for column, parse in (("expression", parse_expression), ("filter", parse_condition)):
        was, now = getattr(old, column), getattr(element, column)
        # Of a register nothing is written where its things are counted.
        if element.register and bool(was) != bool(now):
            refuse(column, was)
            continue
        try:
            same = was == now or parse(was).node == parse(now).node
        except ExpressionError:
            same = True  # said already
        if not same:
            refuse(column, was)
    levels = frozenset(element.levels)
    if old.levels - levels or (levels - old.levels) & old.levels_sent:
        refuse("levels", ";".join(sorted(old.levels)))
