"""Whether answers keep a form's rules: types, required, relevant, constraint; and what the form calculates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from lxml import etree

from caunoi.forms.rules.questions import FILES, NOT_ASKED, PERIOD_QUESTION, Branch, Question, outline, pick
from caunoi.forms.rules.xpath import Clock, Expression, UnknownFunction, clock_of, number_of_moment
from caunoi.moments import local_moment
from caunoi.sentences import gettext as _

INTEGER = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_DATED = frozenset({"date", "datetime", "time"})
# A relevance may hang on a later question's; a longer chain of "later" than this is a circle in the form.
PASSES = 8
MOST_GOOD = 2000


@dataclass(frozen=True)
class Problem:
    """One answer outside the form's rules. `row` counts a repeat's rows from 1; 0 outside repeats. `within`: of a
    repeat inside others the rows of these, from the outermost inwards.

    `kind` is type, required, not-relevant, constraint, choice or unknown-question; further checks at the door add
    relation and amount; of phones' sendings also clock (a day that cannot be) and file-name.
    """

    question: str
    label: str
    value: str
    message: str
    allowed: str
    kind: str = "constraint"
    row: int = 0
    within: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checked:
    """`answers`: as given, with the calculations filled in if asked for. `left_out`: what could not be checked here."""

    problems: tuple[Problem, ...]
    answers: dict[str, Any]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Rules:
    question: Question
    required: Expression | None
    constraint: Expression | None
    relevant: Expression | None
    calculate: Expression | None
    # Answers found good before, where nothing but the answer matters: a country's villages send the same few counts.
    good: set[str] = field(default_factory=set, compare=False)


@dataclass
class _Leaf:
    """One question's node in one instance, with the dict its answer stands in."""

    rules: _Rules
    node: Any
    answers: dict[str, Any]
    rows: tuple[int, ...]
    around: tuple[tuple[Expression, Any], ...]
    relevant: bool = True


@dataclass
class FormChecker:
    """A form version's rules, compiled once. `left_out` names expressions the server cannot evaluate."""

    questions: tuple[Question, ...]
    left_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outline = outline(self.questions)
        self._rules = {
            q.path: _Rules(
                q,
                self._compile(q, "required", q.required_expr) if q.required else None,
                self._compile(q, "constraint", q.constraint),
                self._compile(q, "relevant", q.relevant),
                self._compile(q, "calculate", q.calculate),
            )
            for q in self.questions
        }
        self._branch_relevant = {
            around.path: expression
            for q in self.questions
            for around in q.enclosing
            if (expression := self._compile(q, "relevant", around.relevant)) is not None
        }
        self.by_name = {q.name: q for q in self.questions}
        self.names_period = PERIOD_QUESTION in self.by_name
        self._names = frozenset(q.name for q in self.questions) | frozenset(
            around.name for q in self.questions for around in q.enclosing if around.repeats
        )
        self._calculates = any(q.calculate for q in self.questions)
        self._has_relevance = bool(self._branch_relevant) or any(q.relevant for q in self.questions)
        # Most monthly forms ask for counts, each judged by itself: then no answer's place in a tree matters.
        self._needs_tree = (
            self._has_relevance
            or self._calculates
            or any(
                rules.required is not None or (rules.constraint is not None and not rules.constraint.is_of_itself)
                for rules in self._rules.values()
            )
        )

        # Then a sending whose every answer was found good before needs no look at each.
        self._judges_each = not self._needs_tree and not any(q.repeat for q in self.questions)

    def _compile(self, question: Question, column: str, text: str) -> Expression | None:
        if not text or text == "true()":
            return None
        try:
            return Expression(text)
        except UnknownFunction as error:
            note = _("Câu “%(name)s”: máy chủ không có hàm %(functions)s nên không kiểm tra được cột %(column)s.") % {
                "name": question.name, "functions": ", ".join(error.names), "column": column,
            }  # fmt: skip
            if note not in self.left_out:
                self.left_out.append(note)
            return None

    def check(
        self,
        answers: Mapping[str, Any],
        today: date,
        now: datetime | None = None,
        *,
        calculate: bool = False,
        language: str = "vi",
    ) -> Checked:
        """All problems, in the form's order.

        `calculate`: fill calculated questions (spreadsheets have no device that did). A non-relevant question is
        neither required nor constrained, and counts as empty in the other rules; an answer given to it is a problem.
        """
        return _Check(self, answers, clock_of(today, now or local_moment(today)), language).run(calculate)


def check_answers(
    questions: Sequence[Question], answers: Mapping[str, Any], today: date, now: datetime | None = None
) -> list[Problem]:
    """See `FormChecker.check`; for one submission. Callers with many keep the checker."""
    return list(FormChecker(tuple(questions)).check(answers, today, now).problems)


class _Check:
    """One submission being checked: its answers as a tree, and what was found."""

    def __init__(self, form: FormChecker, answers: Mapping[str, Any], clock: Clock, language: str) -> None:
        self.form, self.clock, self.language = form, clock, language
        self.left_out = list(form.left_out)
        self.problems: list[Problem] = []
        self.leaves: list[_Leaf] = []
        self.answers: dict[str, Any] = dict(answers)
        if form._judges_each and all(self._is_good(rules) for rules in form._rules.values()):
            return
        root = etree.Element(form.outline.name)
        self._plant(form.outline, root, self.answers, (), ())

    def _is_good(self, rules: _Rules) -> bool:
        value = self.answers.get(rules.question.name, "")
        return value.__class__ is str and (value in rules.good or (value == "" and not rules.question.required))

    def _plant(
        self,
        branch: Branch,
        node: Any,
        answers: dict[str, Any],
        rows: tuple[int, ...],
        around: tuple[tuple[Expression, Any], ...],
    ) -> None:
        for child in branch.children:
            if isinstance(child, Question):
                self._plant_question(child, node, answers, rows, around)
                continue
            expression = self.form._branch_relevant.get(child.path)
            if child.repeats:
                given = answers.get(child.name)
                copies = [dict(one) for one in given] if isinstance(given, list) else []
                if copies:
                    answers[child.name] = copies
                for number, copy in enumerate(copies, start=1):
                    below = etree.SubElement(node, child.name)
                    outer = (*around, (expression, below)) if expression else around
                    self._plant(child, below, copy, (*rows, number), outer)
            else:
                below = etree.SubElement(node, child.name)
                self._plant(child, below, answers, rows, (*around, (expression, below)) if expression else around)

    def _plant_question(
        self,
        question: Question,
        node: Any,
        answers: dict[str, Any],
        rows: tuple[int, ...],
        around: tuple[tuple[Expression, Any], ...],
    ) -> None:
        rules, value = self.form._rules[question.path], answers.get(question.name, "")
        if not self.form._needs_tree and value.__class__ is str and value in rules.good:
            return
        leaf = etree.SubElement(node, question.element) if self.form._needs_tree else None
        if not isinstance(value, str):
            self._problem(question, str(value), "type", _("Câu trả lời phải là chữ hoặc số."), "", rows)
            value = ""
        if leaf is not None:
            leaf.text = _node_text(question, value)
        self.leaves.append(_Leaf(rules, leaf, answers, rows, around))

    def run(self, calculate: bool) -> Checked:
        for name in self.answers.keys() - self.form._names:
            value = self.answers.pop(name)
            if value not in ("", None, []):
                message = _("Biểu mẫu không có câu hỏi này.")
                self.problems.append(Problem(name, name, str(value), message, "", "unknown-question"))
        if self.form._has_relevance or (calculate and self.form._calculates):
            self._settle(calculate)
        for leaf in self.leaves:
            self._check_leaf(leaf)
        return Checked(tuple(self.problems), self.answers, tuple(self.left_out))

    def _settle(self, calculate: bool) -> None:
        """Relevance and calculations hang on each other: repeated until nothing changes."""
        for _pass in range(PASSES):
            changed = False
            for leaf in self.leaves:
                rules = leaf.rules
                relevant = all(self._holds(e, n, leaf) for e, n in leaf.around) and (
                    rules.relevant is None or self._holds(rules.relevant, leaf.node, leaf)
                )
                if relevant != leaf.relevant:
                    leaf.relevant, changed = relevant, True
                    value = leaf.answers.get(rules.question.name, "") if relevant else ""
                    leaf.node.text = _node_text(rules.question, value)
                if calculate and relevant and rules.calculate is not None:
                    changed |= self._calculate(rules.calculate, leaf)
            if not changed:
                return

    def _calculate(self, expression: Expression, leaf: _Leaf) -> bool:
        try:
            value = expression.answer(leaf.node, self.clock)
        except (etree.XPathError, ValueError, TypeError) as error:
            self._leave_out(leaf, str(error))
            return False
        if value == leaf.answers.get(leaf.rules.question.name, ""):
            return False
        leaf.answers[leaf.rules.question.name] = value
        leaf.node.text = _node_text(leaf.rules.question, value)
        return True

    def _holds(self, expression: Expression, node: Any, leaf: _Leaf) -> bool:
        try:
            return expression.holds(node, self.clock)
        except (etree.XPathError, ValueError, TypeError) as error:
            self._leave_out(leaf, str(error))
            return True

    def _meets(self, constraint: Expression, value: str, leaf: _Leaf) -> bool:
        if constraint.is_of_itself and (text := _node_text(leaf.rules.question, value)) is not None:
            try:
                return constraint.holds_for(text)
            except (etree.XPathError, ValueError, TypeError) as error:
                self._leave_out(leaf, str(error))
                return True
        return self._holds(constraint, leaf.node, leaf)

    def _leave_out(self, leaf: _Leaf, why: str) -> None:
        note = _("Câu “%(name)s”: không tính được biểu thức (%(why)s) nên bỏ qua phép kiểm tra.") % {
            "name": leaf.rules.question.name, "why": why,
        }  # fmt: skip
        if note not in self.left_out:
            self.left_out.append(note)

    def _check_leaf(self, leaf: _Leaf) -> None:
        rules = leaf.rules
        question = rules.question
        if question.type in NOT_ASKED or question.type in FILES:
            return
        value = leaf.answers.get(question.name, "")
        if not isinstance(value, str):
            return
        if not leaf.relevant:
            if value and not question.calculate:
                message = _("Câu này chỉ điền khi các câu trước nó yêu cầu; hãy để trống.")
                self._problem(question, value, "not-relevant", message, _("để trống"), leaf.rows)
            return
        if value == "":
            if question.required and (rules.required is None or self._holds(rules.required, leaf.node, leaf)):
                self._problem(
                    question, "", "required", _("Câu này bắt buộc phải trả lời."), allowed_of(question), leaf.rows
                )
            return
        if (problem := type_problem(question, value)) is not None:
            kind = "choice" if question.choices else "type"
            self._problem(question, value, kind, problem, allowed_of(question, self.language), leaf.rows)
        elif rules.constraint is not None and not self._meets(rules.constraint, value, leaf):
            said = pick(question.constraint_messages, self.language) or _("Giá trị nằm ngoài quy định của biểu mẫu.")
            self._problem(question, value, "constraint", said, "", leaf.rows)
        elif not self.form._needs_tree and len(rules.good) < MOST_GOOD:
            rules.good.add(value)

    def _problem(
        self, question: Question, value: str, kind: str, message: str, allowed: str, rows: tuple[int, ...]
    ) -> None:
        label = question.label(self.language)
        row, within = (rows[-1], rows[:-1]) if rows else (0, ())
        self.problems.append(Problem(question.name, label, value, message, allowed, kind, row, within))


def _node_text(question: Question, value: Any) -> str | None:
    """As the tree holds it: dates as day numbers, so that expressions can compare them."""
    if not isinstance(value, str) or value == "":
        return None
    if question.type in _DATED and (number := number_of_moment(value)) is not None:
        return str(int(number)) if number == int(number) else repr(number)
    return value


def type_problem(question: Question, value: str) -> str | None:
    """Why this is no answer of the question's type, or None if it is."""
    match question.type:
        case "integer":
            return None if INTEGER.fullmatch(value) else _("Phải là số nguyên (chỉ gồm chữ số).")
        case "decimal" | "range":
            return None if DECIMAL.fullmatch(value) else _("Phải là số, dấu thập phân là dấu chấm.")
        case "date":
            return None if _is_date(value) else _("Phải là ngày có thật.")
        case "datetime":
            return None if "T" in value and number_of_moment(value) is not None else _("Phải là ngày và giờ có thật.")
        case "time":
            return None if _is_time(value) else _("Phải là giờ có thật.")
        case "select_one" if question.choices:
            known = any(choice.name == value for choice in question.choices)
            return None if known else _("Không có lựa chọn này.")
        case "select_multiple" | "rank" if question.choices:
            return _choices_problem(question, value.split())
    return None


def _choices_problem(question: Question, chosen: Sequence[str]) -> str | None:
    names = {choice.name for choice in question.choices}
    if unknown := [name for name in chosen if name not in names]:
        return _("Không có lựa chọn “%(names)s”.") % {"names": "”, “".join(unknown)}
    if len(set(chosen)) != len(chosen):
        return _("Một lựa chọn được ghi hai lần.")
    return None


def _is_date(value: str) -> bool:
    try:
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None and date.fromisoformat(value).year >= 1900
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        time.fromisoformat(value)
    except ValueError:
        return False
    return re.match(r"[0-9]{2}:[0-9]{2}", value) is not None


def allowed_of(question: Question, language: str = "vi") -> str:
    """What would be accepted, in words; '' where the type says nothing."""
    match question.type:
        case "integer":
            return _("số nguyên, ví dụ 12")
        case "decimal" | "range":
            return _("số, ví dụ 12.5")
        case "date":
            return _("ngày/tháng/năm, ví dụ 31/01/2023")
        case "select_one":
            return _("một trong: %(choices)s") % {"choices": _listed(question, language)}
        case "select_multiple" | "rank":
            return _("một hay nhiều trong: %(choices)s") % {"choices": _listed(question, language)}
    return ""


def _listed(question: Question, language: str) -> str:
    return "; ".join(_choice_words(question, language))


def _choice_words(question: Question, language: str) -> Iterator[str]:
    for index, choice in enumerate(question.choices):
        if index == 12:
            yield _("… (%(count)d lựa chọn)") % {"count": len(question.choices)}
            return
        yield f"{choice.name} ({choice.label(language)})"
