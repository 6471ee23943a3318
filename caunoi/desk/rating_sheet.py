"""What one unit's scoring sheet shows: lines that explain themselves, points to type in, possible steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.assessments.actions import Typed
from caunoi.assessments.errors import RatingStepNotPossible
from caunoi.assessments.models import EvidenceFile, Rating
from caunoi.assessments.permissions import may_take
from caunoi.assessments.rules.life import RatingState, RatingStep, find_next
from caunoi.assessments.rules.scoring import Line, read_lines
from caunoi.assessments.rules.sheet import HAND, LINEAR, YES_NO, Criterion, Sheet
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.rules.question import text_of
from caunoi.forms.models import Form
from caunoi.languages import in_reader_language, show_number
from caunoi.targets.attainment import Attained, TargetColumns, ask_attained_of


@dataclass(frozen=True)
class LineShown:
    """`how`: in a sentence, how points come about. `attained`: what of its figure's target was reached, as known when
    the figure was read. `address`: where its figure leads, '' for nowhere. `points`, `text`: fields to type in, None
    where nobody may."""

    criterion: Criterion
    name: str
    guide: str
    how: str
    asked: str
    line: Line
    address: str
    attained: Attained | None = None
    points: Any = None
    text: Any = None
    files: tuple[EvidenceFile, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """Of the figure that its target stands beside."""
        return self.line.figure


class PointsForm(forms.Form):
    """Points and their evidence or reason for each line that may be typed. Decimals with a comma or a point."""

    def __init__(self, data: Any, sheet: Sheet, lines: Sequence[Line], step: RatingStep) -> None:
        super().__init__(data)
        self.lines = [line for line in lines if not line.by_rule]
        for line in self.lines:
            points, text = _initial(line, step)
            criterion = sheet.criterion(line.code)
            self.fields[f"points_{line.code}"] = forms.CharField(
                label=_("Điểm (0 đến %(most)s)") % {"most": show_number(criterion.most)},
                required=False,
                max_length=12,
                initial="" if points is None else show_number(points),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.fields[f"text_{line.code}"] = forms.CharField(
                label=_("Minh chứng") if step is RatingStep.SCORE else _("Lý do"),
                required=False,
                max_length=2000,
                initial=text,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        for line in self.lines:
            name = f"points_{line.code}"
            given = (self.cleaned_data.get(name) or "").strip().replace(",", ".")
            try:
                points = Decimal(given) if given else None
            except InvalidOperation:
                points = Decimal("NaN")
            if points is not None and not points.is_finite():
                self.add_error(name, _("Không phải là số. Ghi ví dụ 7,5."))
            else:
                self.cleaned_data[name] = points
        return self.cleaned_data

    def typed(self) -> Mapping[str, Typed]:
        found = {}
        for line in self.lines:
            points, text = self.cleaned_data[f"points_{line.code}"], self.cleaned_data[f"text_{line.code}"]
            found[line.code] = Typed(points, text)
        return found


def _initial(line: Line, step: RatingStep) -> tuple[Decimal | None, str]:
    if step is RatingStep.SCORE:
        return line.self_points, line.evidence
    if step is RatingStep.REVIEW:
        return line.review_points, line.review_reason
    return line.council_points, line.council_reason


def show_lines(sheet: Sheet, rating: Rating, form: PointsForm | None, scope: Scope) -> list[LineShown]:
    catalogue, lines = get_catalogue(), read_lines(rating.lines)
    attained = ask_attained_of([line.ref for line in lines if line.ref], scope)
    files: dict[str, list[EvidenceFile]] = {}
    for file in rating.files.all():
        files.setdefault(file.criterion, []).append(file)
    found = []
    for line in lines:
        criterion = sheet.criterion(line.code)
        typed = form is not None and f"points_{line.code}" in form.fields
        found.append(
            LineShown(
                criterion,
                in_reader_language(criterion.name_vi, criterion.name_en),
                in_reader_language(criterion.guide_vi, criterion.guide_en),
                explain_scale(criterion),
                _name_asked(criterion, catalogue),
                line,
                _find_source(rating, criterion, line),
                attained.get(line.ref),
                form[f"points_{line.code}"] if form is not None and typed else None,
                form[f"text_{line.code}"] if form is not None and typed else None,
                tuple(files.get(line.code, ())),
            )
        )
    return found


def list_line_headings(sheet: Sheet) -> list[str]:
    titles = [_("Tiêu chí"), _("Điểm tối đa"), _("Cách chấm"), _("Số liệu"), _("Giá trị"), _("Vì sao trống")]
    titles += TargetColumns([one.formula for one in sheet.criteria]).titles
    titles += [_("Điểm tự chấm"), _("Minh chứng"), _("Điểm thẩm định"), _("Lý do thẩm định"), _("Điểm hội đồng")]
    return [*titles, _("Lý do của hội đồng"), _("Điểm tính")]


def list_line_cells(sheet: Sheet, lines: Iterable[LineShown]) -> Iterator[list[str]]:
    """Of one rating: what each line's points rest on, numbers exact. The last column adds up to the total."""
    columns = TargetColumns([one.formula for one in sheet.criteria])
    for one in lines:
        line = one.line
        cells = [one.name, text_of(one.criterion.most), f"{one.how} {one.guide}".strip()]
        cells += [one.asked, text_of(line.figure), line.why, *columns.cells(one.attained)]
        cells += [text_of(line.self_points), line.evidence, text_of(line.review_points), line.review_reason]
        cells += [text_of(line.council_points), line.council_reason, text_of(line.points)]
        yield [cell or "" for cell in cells]


def _name_asked(criterion: Criterion, catalogue: Catalogue) -> str:
    if criterion.reports:
        titles = Form.objects.filter(code__in=criterion.reports).order_by("code").values_list("title_vi", "title_en")
        return _("Báo cáo đúng hạn (%)") + ": " + ", ".join(in_reader_language(*both) for both in titles)
    known = catalogue.elements.get(criterion.formula) or catalogue.indicators.get(criterion.formula)
    return in_reader_language(known.name_vi, known.name_en) if known else criterion.formula


def _find_source(rating: Rating, criterion: Criterion, line: Line) -> str:
    """Where the figure leads: to its explanation, or to the unit's own reports of the period; '' for neither."""
    if line.ref:
        return reverse("explain", args=[line.ref])
    if not criterion.reports:
        return ""
    asked = {
        "place": rating.org_unit.key, "first": rating.day_from.isoformat(), "last": rating.day_to.isoformat(),
        "by": "period", "form": criterion.reports[0] if len(criterion.reports) == 1 else "",
    }  # fmt: skip
    return f"{reverse('coverage')}?{urlencode(asked)}"


def explain_scale(criterion: Criterion) -> str:
    """How a figure becomes points: `từ 1 được 15 điểm; từ 2 được 25 điểm`."""
    if criterion.scoring == HAND:
        return _("Chấm tay, kèm minh chứng.")
    if criterion.scoring == LINEAR:
        parts = [
            _("%(value)s được %(points)s điểm") % {"value": show_number(value), "points": show_number(points)}
            for value, points in criterion.scale
        ]
        return _("%(parts)s; ở giữa tính đều.") % {"parts": "; ".join(parts)}
    parts = [
        _("từ %(value)s được %(points)s điểm") % {"value": show_number(value), "points": show_number(points)}
        for value, points in criterion.scale
    ]
    rest = _("%(parts)s, không thì 0 điểm.") if criterion.scoring == YES_NO else _("%(parts)s; dưới đó 0 điểm.")
    return rest % {"parts": "; ".join(parts)}


def find_steps(rating: Rating, user: User, on: date) -> frozenset[RatingStep]:
    """What this reader may do with the rating now."""
    state, unit, runner = RatingState(rating.state), rating.org_unit_id, rating.round.org_unit_id
    return frozenset(
        step
        for step in RatingStep
        if find_next(state, step) is not None
        and may_take(step, user=user, unit=unit, runner=runner, day=rating.day_to, on=on)
        and not (step is RatingStep.REVIEW and rating.sent_by_id == user.pk)
    )


def choose_points_step(steps: frozenset[RatingStep]) -> RatingStep | None:
    """Whose points are typed on the page: the council's, the review's, or the unit's own."""
    offered = (RatingStep.ANSWER, RatingStep.DECIDE, RatingStep.REVIEW, RatingStep.SCORE)
    return next((step for step in offered if step in steps), None)


def check_same_step(posted: str, step: RatingStep | None, rating: Rating) -> None:
    """What was typed as one step's points is never saved as another's."""
    if step is None or posted != step.value:
        raise RatingStepNotPossible(RatingState(rating.state), read_step(posted))


def read_step(posted: str) -> RatingStep:
    """The step that a form was shown for; SCORE for what no form says."""
    return next((step for step in RatingStep if step.value == posted), RatingStep.SCORE)
