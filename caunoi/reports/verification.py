"""Whether a report still says what it said when it was made, and whether its figures still hold.

Three things are compared for each figure: what was printed (the signed list inside the file), what stands in the file
now, and what the same question answers today, as known now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.clock import current_number
from caunoi.facts.access import may_see
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import ask
from caunoi.facts.refs import decode
from caunoi.facts.rules.question import Figure, Question, text_of
from caunoi.periods.rules import Days
from caunoi.refusals import Refusal
from caunoi.reports import signing
from caunoi.reports.corrections import Correction, elements_behind, explain_corrections
from caunoi.reports.coverage_since import CoverageCheck, check_coverage
from caunoi.reports.rules.manifest import (
    Line,
    Manifest,
    ManifestUnreadable,
    Outcome,
    count_changed_sentences,
    find_retyped,
    from_text,
    hash_sentence,
    hash_text,
    pair,
    read,
    same_words,
)
from caunoi.reports.rules.wording import IN_TABLE, IN_TEXT, MISSING_IN_TABLE, Style, word_figure
from caunoi.reports.word_file import WordFile

ManifestStatus = Literal["ok", "missing", "broken", "foreign"]
Answer = tuple[str | None, str | None, str | None]


@dataclass(frozen=True)
class FigureCheck:
    """`printed`: as the report said; `in_file`: as the file says now (None: not there); `now`: as it would be written
    today (None: no longer answerable); all as worded for readers. `ref` explains what was printed, `ref_now` what is.
    `because`: why it is another now. `withheld`: it is, and this reader may not know what (small groups).
    """

    ref: str
    code: str
    name: str
    place: str
    place_name: str
    first: date | None
    last: date | None
    printed: str | None
    in_file: str | None
    now: str | None
    outcome: Outcome
    ref_now: str | None = None
    because: Correction | None = None
    withheld: bool = False


@dataclass(frozen=True)
class ChartCheck:
    """`picture`: whether the very picture is still in the file; Word may save it smaller, so another one is told, not
    held against the file. `points`: the values behind it, against those of now."""

    title: str
    picture: bool
    points: tuple[FigureCheck, ...]


@dataclass(frozen=True)
class Verification:
    """`charts`: of files whose list has them. `coverage`: numbers about periodic reports changed by hand, as printed
    and as they stand now (None: gone). `coverage_since`: how many reports were counted then, and are now.

    `text`: whether the words outside the figures are as they were made; drafts may rightly be edited.

    `sentences_changed` counts sentences written, rewritten or taken out since; None where the file's list is older than
    that counting.
    """

    manifest: ManifestStatus
    sentence: str
    figures: tuple[FigureCheck, ...] = ()
    made: Manifest | None = None
    text: Literal["unchanged", "edited", "unknown"] = "unknown"
    sentences_changed: int | None = None
    charts: tuple[ChartCheck, ...] = ()
    coverage: tuple[tuple[str, str | None], ...] = ()
    coverage_since: tuple[CoverageCheck, ...] = ()

    @property
    def all_unchanged(self) -> bool:
        behind = (point for chart in self.charts for point in chart.points)
        return (
            self.manifest == "ok"
            and not self.coverage
            and all(check.outcome == Outcome.UNCHANGED for check in (*self.figures, *behind))
            and all(check.outcome == Outcome.UNCHANGED for check in self.coverage_since)
        )

    @property
    def counts(self) -> Mapping[str, int]:
        found = Counter(str(check.outcome) for check in self.figures)
        return {str(outcome): found[str(outcome)] for outcome in Outcome}


def read_manifest(file: WordFile) -> tuple[ManifestStatus, Manifest | None]:
    """`foreign` lists are not read: their signature can't be judged here, so nothing in them may be relied on."""
    envelope = file.find_envelope()
    if envelope is None:
        return "missing", None
    if not signing.is_ours(envelope.key):
        return "foreign", None
    try:
        content = from_text(envelope.payload)
        is_whole = signing.holds(content, envelope.signature, envelope.key)
        return ("ok", read(content)) if is_whole else ("broken", None)
    except ManifestUnreadable:
        return "broken", None


def verify_docx(
    content: bytes,
    progress: Callable[[int, int], None] | None = None,
    *,
    scope: Scope = EVERYTHING,
    public: bool = False,
) -> Verification:
    """Raises NotAReport for what is no readable Word file.

    `public`: for whoever holds the file. What is asked is only what the signed list in it asked; of sensitive counts
    they learn that a figure was corrected, not to what: the difference would tell a small group.

    Of units outside the reader's scope it only says whether the file still has what was printed: what their figures
    are now stays unsaid, and they count as unreadable.
    """
    file = WordFile(content)
    status, manifest = read_manifest(file)
    if manifest is None:
        return Verification(status, _word_status(status))
    answers = _Answers(manifest, progress, scope)
    texts, added = pair(manifest.figures, file.list_links())
    checks = [_check(line, text, answers) for line, text in zip(manifest.figures, texts, strict=True)]
    checks = _say_why(manifest.figures, checks, manifest, answers.now, scope)
    pictures = file.list_pictures()
    charts = []
    for chart in manifest.charts:
        points = [_check(line, line.shown, answers) for line in chart.points]
        points = _say_why(chart.points, points, manifest, answers.now, scope)
        points = _withhold(points) if public else points
        charts.append(ChartCheck(chart.title, chart.sha256 in pictures, tuple(points)))
    if public:
        checks = _withhold(checks)
    checks += [_check_added(link.ref, link.text) for link in added]
    found = Verification(
        status,
        "",
        tuple(checks),
        manifest,
        "unchanged" if hash_text(file.words()) == manifest.text_hash else "edited",
        count_sentences(manifest, file),
        tuple(charts),
        tuple(find_retyped(manifest.coverage_links, file.list_coverage())),
        check_coverage(manifest, now=answers.now, scope=scope),
    )
    return replace(found, sentence=_word_result(found))


def count_sentences(made: Manifest, file: WordFile) -> int | None:
    if not made.sentences:
        return None
    return count_changed_sentences(made.sentences, [hash_sentence(one) for one in file.sentences()])


def _word_status(status: ManifestStatus) -> str:
    return {
        "missing": _(
            "Tệp Word này không có bảng kê số liệu: nó không do hệ thống lập ra, hoặc bảng kê đã bị xóa. Hãy tải lại"
            " báo cáo gốc."
        ),
        "broken": _(
            "Bảng kê số liệu trong tệp đã bị sửa hoặc hỏng, chữ ký không khớp. Không tin được số liệu trong tệp này;"
            " hãy tải lại báo cáo gốc."
        ),
        "foreign": _("Báo cáo này do một hệ thống khác lập và ký. Hãy kiểm tra nó ở hệ thống đã lập ra."),
        "ok": "",
    }[status]


def _word_result(found: Verification) -> str:
    if found.all_unchanged:
        sentence = _("Cả %(count)d số liệu của báo cáo còn nguyên và vẫn đúng với sổ hiện nay.")
        return sentence % {"count": len(found.figures)}
    counts = found.counts
    parts = [
        (Outcome.CHANGED_IN_FILE, _("%(count)d số bị sửa trong tệp")),
        (Outcome.MISSING_FROM_FILE, _("%(count)d số không còn trong tệp")),
        (Outcome.CORRECTED_SINCE, _("%(count)d số đã được đính chính ở nguồn sau khi lập báo cáo")),
        (Outcome.UNREADABLE, _("%(count)d số không đối chiếu được hoặc ngoài phạm vi của bạn")),
    ]
    said = [text % {"count": counts[outcome]} for outcome, text in parts if counts[outcome]]
    behind = [point for chart in found.charts for point in chart.points]
    if corrected := sum(point.outcome != Outcome.UNCHANGED for point in behind):
        said.append(_("%(count)d số trên biểu đồ đã khác ở nguồn hoặc không đối chiếu được") % {"count": corrected})
    if found.coverage:
        said.append(_("%(count)d số về báo cáo định kỳ bị sửa trong tệp") % {"count": len(found.coverage)})
    if since := sum(one.outcome != Outcome.UNCHANGED for one in found.coverage_since):
        said.append(_("%(count)d dòng báo cáo định kỳ đã khác ở nguồn hoặc không đối chiếu được") % {"count": since})
    return _("Báo cáo có %(total)d số liệu: %(said)s.") % {"total": len(found.figures), "said": "; ".join(said)}


def _check(line: Line, in_file: str | None, answers: _Answers) -> FigureCheck:
    figure = answers.find(line)
    if in_file is None:
        outcome = Outcome.MISSING_FROM_FILE
    elif not same_words(in_file, line.shown):
        outcome = Outcome.CHANGED_IN_FILE
    elif figure is None:
        outcome = Outcome.UNREADABLE
    else:
        outcome = Outcome.UNCHANGED if answer_of(figure) == line.answer else Outcome.CORRECTED_SINCE
    return FigureCheck(
        line.ref, line.code, line.name, line.place, line.place_name,
        date.fromisoformat(line.first), date.fromisoformat(line.last),
        line.shown, in_file, _word_now(line, figure, outcome), outcome, figure.ref if figure else None,
    )  # fmt: skip


def _say_why(
    printed: Sequence[Line], checks: Sequence[FigureCheck], made: Manifest, now: int, scope: Scope
) -> list[FigureCheck]:
    lines = {
        line.ref: line for line, check in zip(printed, checks, strict=True) if check.outcome == Outcome.CORRECTED_SINCE
    }
    day = date.fromisoformat(made.boundaries)
    found = explain_corrections(lines.values(), boundaries=day, since=made.as_known, until=now, scope=scope)
    return [
        replace(check, because=found.get(check.ref)) if check.outcome == Outcome.CORRECTED_SINCE else check
        for check in checks
    ]


def _withhold(checks: Sequence[FigureCheck]) -> list[FigureCheck]:
    """For the public: no records nor what was said of them, and of sensitive counts not even the number."""
    catalogue = get_catalogue()
    sensitive = cache(lambda code: any(catalogue.elements[one].sensitive for one in elements_behind(code, catalogue)))
    return [
        replace(check, now=None, ref_now=None, because=None, withheld=True)
        if check.now != check.printed and sensitive(check.code)
        else check
        if check.because is None
        else replace(check, because=replace(check.because, records=()))
        for check in checks
    ]


def _check_added(ref: str, text: str) -> FigureCheck:
    """A link to a figure that the report was not made with, pasted in later."""
    try:
        question: Question | None = decode(ref)
    except Refusal:
        question = None
    code = question.codes[0] if question else ""
    return FigureCheck(
        ref, code, code, question.place if question else "", question.place if question else "",
        question.first if question else None, question.last if question else None,
        None, text, None, Outcome.CHANGED_IN_FILE if question else Outcome.UNREADABLE,
    )  # fmt: skip


def _word_now(line: Line, figure: Figure | None, outcome: Outcome) -> str | None:
    if figure is None:
        return None
    # Rounded together with its siblings when printed: the same answer keeps the same words.
    if answer_of(figure) == line.answer and outcome != Outcome.CORRECTED_SINCE:
        return line.shown
    in_table = line.shown == MISSING_IN_TABLE or line.shown.endswith((IN_TABLE.estimated, IN_TABLE.carried_over))
    return word_figure(figure, Style(line.style), IN_TABLE if in_table else IN_TEXT)


def answer_of(figure: Figure) -> Answer:
    def text(value: Decimal | None) -> str | None:
        return text_of(value)

    return text(figure.value), text(figure.numerator), text(figure.denominator)


class _Answers:
    """What the report's questions answer now, asked as they were asked then: many figures at once."""

    def __init__(self, manifest: Manifest, progress: Callable[[int, int], None] | None, scope: Scope) -> None:
        boundaries = date.fromisoformat(manifest.boundaries)
        self._sees = cache(lambda place, days: may_see(place, days, boundaries, scope))
        self._scope = scope
        self.now = current_number()
        self._cut = [asked.by is not None for asked in manifest.questions]
        self._found: dict[tuple[Any, ...], Figure] = {}
        self._alone: dict[str, Figure | None] = {}
        for number, asked in enumerate(manifest.questions):
            if progress is not None:
                progress(number, len(manifest.questions))
            question = Question(
                codes=tuple(asked.codes), place=asked.place, level=asked.level,
                first=date.fromisoformat(asked.first), last=date.fromisoformat(asked.last),
                boundaries=date.fromisoformat(manifest.boundaries), as_known=self.now,
                book="reported" if manifest.book == "reported" else "approved", by=asked.by, cut_off=asked.cut_off,
            )  # fmt: skip
            for figure in self._ask(question):
                # The days of a question that is cut are those of each of its parts.
                self._found[number, figure.code, figure.place, figure.first if asked.by else None] = figure
        if progress is not None:
            progress(len(manifest.questions), len(manifest.questions))

    def _ask(self, question: Question) -> list[Figure]:
        """Code by code where one of them is no longer known, so that it does not take the others with it."""
        try:
            return ask(question, self._scope)
        except Refusal:
            if len(question.codes) == 1:
                return []
            return [figure for code in question.codes for figure in self._ask(replace(question, codes=(code,)))]

    def find(self, line: Line) -> Figure | None:
        if not self._sees(line.place, Days(date.fromisoformat(line.first), date.fromisoformat(line.last))):
            return None
        first = date.fromisoformat(line.first) if self._cut[line.question] else None
        figure = self._found.get((line.question, line.code, line.place, first))
        if figure is not None:
            return figure
        # Not among today's units of that level (a succession entered since): asked alone it says why.
        if line.ref not in self._alone:
            try:
                found = ask(replace(decode(line.ref), as_known=self.now), self._scope)
            except Refusal:
                found = []
            self._alone[line.ref] = found[0] if found else None
        return self._alone[line.ref]
