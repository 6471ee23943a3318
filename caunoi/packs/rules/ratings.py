"""ratings/*.csv: scoring sheets, their criteria, classes and caps. What can't add up is named by row before anyone is
rated by it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from caunoi.assessments.rules.sheet import (
    BY_HAND,
    HAND,
    LINEAR,
    MISSING,
    SCORINGS,
    YES_NO,
    Band,
    Cap,
    Criterion,
    Sheet,
)
from caunoi.facts.rules.formula import FormulaError, codes_in, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts, judge_formula
from caunoi.packs.rules.rating_records import Recording, check_recording, check_reports
from caunoi.packs.rules.tables import Notes, Row, check_unique, suggest
from caunoi.packs.rules.words import EVENT, LEVELS, PERIOD_TYPES

FOLDER = "ratings"
SHEETS, CRITERIA, CLASSES, CAPS = (f"{FOLDER}/{name}.csv" for name in ("sheets", "criteria", "classes", "caps"))
SHEET_COLUMNS = (
    "code", "series", "title_vi", "title_en", "level", "run_by", "period_type", "cut_off", "total", "from", "to",
    "source_vi", "source_en",
)  # fmt: skip
SHEET_OPTIONAL = ("form", "question", "due_days", "appeal_days")
CRITERION_COLUMNS = (
    "sheet", "code", "name_vi", "name_en", "most", "scoring", "formula", "scale", "missing", "guide_vi", "guide_en",
)  # fmt: skip
CLASS_COLUMNS = ("sheet", "code", "name_vi", "name_en", "from", "below")
CAP_COLUMNS = (
    "sheet", "class", "of", "most_percent", "exception_percent", "exception_vi", "exception_en", "source_vi",
    "source_en",
)  # fmt: skip
FILES = {SHEETS: SHEET_COLUMNS, CRITERIA: CRITERION_COLUMNS, CLASSES: CLASS_COLUMNS, CAPS: CAP_COLUMNS}
OPTIONAL = {SHEETS: SHEET_OPTIONAL, CRITERIA: ("reports",)}
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class SheetRow:
    """One version of a scoring sheet; `from_day` to `to_day` both included, None: without end."""

    series: str
    run_by: str
    period_type: str
    cut_off: int
    from_day: date | None
    to_day: date | None
    sheet: Sheet


@dataclass(frozen=True)
class Known:
    """What formulas may name: this pack's and other packs' together."""

    elements: Mapping[str, ElementFacts]
    indicators: Mapping[str, IndicatorFacts]
    relations: Sequence[tuple[str, str, str]]


def read_ratings(
    rows: Mapping[str, Sequence[Row]],
    levels: Sequence[str],
    known: Known | None,
    owners: Mapping[str, str],
    recording: Recording,
    notes: Notes,
) -> list[SheetRow]:
    """`rows` by file. `known` None: a table of codes can't be read, and every code would look unknown. `owners`: sheets
    of other packs."""
    sheets = rows.get(SHEETS, [])
    check_unique(sheets, "code", notes, owners, {})
    codes = [row["code"] for row in sheets]
    parts: dict[str, dict[str, list[Row]]] = {}
    for file in (CRITERIA, CLASSES, CAPS):
        parts[file] = defaultdict(list)
        for row in rows.get(file, []):
            if row["sheet"] not in codes:
                said = _("Không có bảng chấm “%(code)s” trong %(file)s.") % {"code": row["sheet"], "file": SHEETS}
                notes.add(row, "sheet", said + suggest(row["sheet"], codes))
            parts[file][row["sheet"]].append(row)
    found = [
        _read_sheet(
            row,
            parts[CRITERIA][row["code"]],
            parts[CLASSES][row["code"]],
            parts[CAPS][row["code"]],
            levels,
            known,
            recording,
            notes,
        )
        for row in sheets
    ]
    _check_versions(sheets, found, notes)
    for row, one in zip(sheets, found, strict=True):
        check_recording(row, one.sheet, one.period_type, one.cut_off, recording, notes)
    return found


def _read_sheet(
    row: Row, criteria: Sequence[Row], classes: Sequence[Row], caps: Sequence[Row], levels: Sequence[str],
    known: Known | None, recording: Recording, notes: Notes,
) -> SheetRow:  # fmt: skip
    code = notes.code(row)
    title_vi, title_en = read_both(row, "title", notes)
    level, run_by = notes.one_of(row, "level", levels), notes.one_of(row, "run_by", levels)
    if level in LEVELS and run_by in LEVELS and LEVELS.index(run_by) >= LEVELS.index(level):
        notes.add(row, "run_by", _("Cấp mở đợt phải ở trên cấp được chấm."), allowed=", ".join(LEVELS))
    total = read_decimal(row, "total", notes) or Decimal(0)
    source_vi, source_en = read_both(row, "source", notes)
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
    sheet = Sheet(
        code=code,
        title_vi=title_vi,
        title_en=title_en,
        level=level,
        total=total,
        criteria=_read_criteria(row, criteria, total, level, known, recording, notes),
        bands=_read_bands(row, classes, total, notes),
        caps=tuple(_read_cap(one, classes, notes) for one in caps),
        source_vi=source_vi,
        source_en=source_en,
        form=row["form"],
        question=row["question"],
        due_days=_read_days(row, "due_days", notes),
        appeal_days=_read_days(row, "appeal_days", notes),
    )
    return SheetRow(
        series=notes.code(row, "series"),
        run_by=run_by,
        period_type=notes.one_of(row, "period_type", [kind for kind in PERIOD_TYPES if kind != EVENT]),
        cut_off=15 if notes.one_of(row, "cut_off", ("1", "15"), default=str(recording.cut_off)) == "15" else 1,
        from_day=first,
        to_day=last,
        sheet=sheet,
    )


def _read_days(row: Row, column: str, notes: Notes) -> int | None:
    return notes.whole_number(row, column, 0, 366) if row[column] else None


def _check_versions(rows: Sequence[Row], found: Sequence[SheetRow], notes: Notes) -> None:
    """Of one rating at most one version holds on any day."""
    for at, (row, later) in enumerate(zip(rows, found, strict=True)):
        for first_row, earlier in list(zip(rows, found, strict=True))[:at]:
            apart = _before(earlier, later) or _before(later, earlier)
            if earlier.series == later.series and not apart:
                said = _("Cùng series với dòng %(row)d mà thời gian áp dụng chồng nhau.") % {"row": first_row.number}
                notes.add(row, "from", said)


def _before(one: SheetRow, other: SheetRow) -> bool:
    return one.to_day is not None and other.from_day is not None and one.to_day < other.from_day


# -- criteria ---------------------------------------------------------------------------------------------------------


def _read_criteria(
    sheet: Row, rows: Sequence[Row], total: Decimal, level: str, known: Known | None, recording: Recording, notes: Notes
) -> tuple[Criterion, ...]:
    if not rows:
        notes.add(sheet, "code", _("Bảng chấm chưa có tiêu chí nào trong %(file)s.") % {"file": CRITERIA})
    check_unique(rows, "code", notes, {}, {})
    found = tuple(_read_criterion(row, level, known, notes) for row in rows)
    for row in rows:
        check_reports(row, level, sheet["period_type"], recording, notes)
    added = sum((one.most for one in found), Decimal(0))
    if rows and added != total:
        said = _("Điểm tối đa của các tiêu chí cộng lại là %(added)s, không phải %(total)s như cột total.")
        notes.add(sheet, "total", said % {"added": format(added, "f"), "total": format(total, "f")})
    return found


def _read_criterion(row: Row, level: str, known: Known | None, notes: Notes) -> Criterion:
    name_vi, name_en = notes.names(row, 300)
    guide_vi, guide_en = notes.both_languages(row, "guide")
    most = read_decimal(row, "most", notes)
    if most is not None and most <= 0:
        notes.add(row, "most", _("Số quá nhỏ."), allowed=_("lớn hơn 0"))
    scoring = notes.one_of(row, "scoring", SCORINGS)
    scale: tuple[tuple[Decimal, Decimal], ...] = ()
    if scoring == HAND:
        for column in ("formula", "reports", "scale"):
            if row[column]:
                notes.add(row, column, _("Tiêu chí chấm tay (scoring = hand) để trống cột này."))
    elif scoring in SCORINGS:
        scale = _read_scale(row, scoring, most, notes)
        if not row["reports"]:
            check_formula_of(row, "formula", level, known, notes)
        elif row["formula"]:
            notes.add(row, "reports", _("Chỉ ghi một trong hai: công thức, hoặc báo cáo tính đúng hạn."))
    return Criterion(
        code=notes.code(row),
        name_vi=name_vi,
        name_en=name_en,
        most=most or Decimal(0),
        scoring=scoring,
        formula=row["formula"],
        scale=scale,
        missing=notes.one_of(row, "missing", MISSING, default=BY_HAND),
        guide_vi=guide_vi,
        guide_en=guide_en,
        reports=row.values("reports"),
    )


def _read_scale(row: Row, scoring: str, most: Decimal | None, notes: Notes) -> tuple[tuple[Decimal, Decimal], ...]:
    """`50:5;80:8;100:10`: value and points."""
    found = []
    for part in row.values("scale"):
        value, _colon, points = part.partition(":")
        if not _NUMBER.fullmatch(value.strip()) or not _NUMBER.fullmatch(points.strip()):
            notes.add(row, "scale", _("Không đọc được bậc điểm."), value=part, allowed="50:5;80:8;100:10")
            return ()
        found.append((Decimal(value.strip()), Decimal(points.strip())))
    least = 2 if scoring == LINEAR else 1
    if len(found) < least or (scoring == YES_NO and len(found) > 1):
        allowed = {LINEAR: "60:0;100:10", YES_NO: "1:10"}.get(scoring, "50:5;80:8;100:10")
        notes.add(row, "scale", _("Số bậc điểm không hợp với cách chấm."), allowed=allowed)
        return ()
    if any(high[0] <= low[0] for low, high in pairwise(found)):
        notes.add(row, "scale", _("Các giá trị phải tăng dần."), allowed="50:5;80:8;100:10")
    points_given = [points for _value, points in found]
    if min(points_given) < 0 or (most is not None and max(points_given) != most):
        said = _("Bậc cao nhất phải cho đúng điểm tối đa (%(most)s), và không bậc nào dưới 0.")
        notes.add(row, "scale", said % {"most": row["most"]})
    return tuple(found)


def check_formula_of(row: Row, column: str, level: str, known: Known | None, notes: Notes) -> None:
    """A formula that may be asked, of figures that units of the level can have."""
    if not row[column]:
        notes.add(row, column, _("Chưa ghi công thức."))
        return
    try:
        node = parse_formula(row[column])
    except FormulaError as error:
        notes.add(row, column, error.sentence, position=error.position)
        return
    if known is None:
        return
    judged = judge_formula(node, known.elements, known.relations, known.indicators)
    for mistake in judged.mistakes:
        notes.add(row, column, str(mistake), position=mistake.position)
    if judged.mistakes or level not in LEVELS:
        return
    seen: set[str] = set()
    waiting = sorted(codes_in(node))
    while waiting:
        code = waiting.pop()
        if code in seen:
            continue
        seen.add(code)
        if code in known.indicators:
            waiting += sorted(codes_in(known.indicators[code].formula))
        elif all(LEVELS.index(one) < LEVELS.index(level) for one in known.elements[code].levels):
            said = _("Chỉ tiêu “%(code)s” chỉ có ở cấp trên của đơn vị được chấm, nên không bao giờ có số.")
            notes.add(row, column, said % {"code": code}, allowed=", ".join(known.elements[code].levels))


# -- classes and caps -------------------------------------------------------------------------------------------------


def _read_bands(sheet: Row, rows: Sequence[Row], total: Decimal, notes: Notes) -> tuple[Band, ...]:
    """From the best class down; every total from 0 to the sheet's has exactly one."""
    if not rows:
        notes.add(sheet, "code", _("Bảng chấm chưa có loại nào trong %(file)s.") % {"file": CLASSES})
        return ()
    check_unique(rows, "code", notes, {}, {})
    before = len(notes.mistakes)
    found = []
    for row in rows:
        name_vi, name_en = notes.names(row)
        least, below = read_decimal(row, "from", notes), read_decimal(row, "below", notes)
        found.append((row, Band(notes.code(row), name_vi, name_en, least or Decimal(0), below or Decimal(0))))
    found.sort(key=lambda one: -one[1].least)
    if len(notes.mistakes) == before:
        _check_bands(found, total, notes)
    return tuple(band for _row, band in found)


def _check_bands(found: Sequence[tuple[Row, Band]], total: Decimal, notes: Notes) -> None:
    for row, band in found:
        if band.below <= band.least:
            notes.add(row, "below", _("Phải lớn hơn cột from."))
    for (high_row, high), (row, band) in pairwise(found):
        if band.below > high.least:
            said = _("Chồng lên loại ở dòng %(row)d: điểm từ %(from)s đến dưới %(below)s thuộc cả hai loại.")
        elif band.below < high.least:
            said = _("Hở với loại ở dòng %(row)d: điểm từ %(below)s đến dưới %(from)s không thuộc loại nào.")
        else:
            continue
        given = {"row": high_row.number, "from": format(high.least, "f"), "below": format(band.below, "f")}
        notes.add(row, "below", said % given, allowed=format(high.least, "f"))
    best, lowest = found[0], found[-1]
    if best[1].below != total:
        notes.add(best[0], "below", _("Loại cao nhất phải đến hết tổng điểm."), allowed=format(total, "f"))
    if lowest[1].least != 0:
        notes.add(lowest[0], "from", _("Loại thấp nhất phải từ 0 điểm."), allowed="0")


def _read_cap(row: Row, classes: Sequence[Row], notes: Notes) -> Cap:
    codes = [one["code"] for one in classes]
    of = row.values("of")
    for column, code in [("class", row["class"]), *(("of", one) for one in of)]:
        if code not in codes:
            notes.add(
                row,
                column,
                _("Bảng chấm không có loại “%(code)s”.") % {"code": code} + suggest(code, codes),
                value=code,
            )
    if not of:
        notes.add(row, "of", _("Chưa ghi."), allowed=", ".join(codes))
    most = _read_percent(row, "most_percent", notes)
    exception = _read_percent(row, "exception_percent", notes) if row["exception_percent"] else None
    if exception is not None and exception <= most:
        notes.add(row, "exception_percent", _("Mức ngoại lệ phải cao hơn mức trần."))
    exception_vi, exception_en = notes.both_languages(row, "exception")
    if exception is not None and not exception_vi:
        notes.add(row, "exception_vi", _("Hãy ghi ngoại lệ dành cho trường hợp nào."))
    if row["class"] in codes:
        if set(of) == {row["class"]} and most < 100:
            notes.add(row, "of", _("Mức trần không bao giờ giữ được: loại này so với chính nó luôn là 100%."))
        lowest = min(classes, key=lambda one: read_decimal_or_zero(one, "from"))
        if row["class"] == lowest["code"]:
            notes.add(row, "class", _("Mức trần không giữ được ở loại thấp nhất: không còn loại nào dưới nó."))
    source_vi, source_en = notes.both_languages(row, "source")
    return Cap(row["class"], of, most, exception, exception_vi, exception_en, source_vi, source_en)


def _read_percent(row: Row, column: str, notes: Notes) -> Decimal:
    found = read_decimal(row, column, notes)
    if found is not None and not 0 < found <= 100:
        notes.add(row, column, _("Không phải là phần trăm."), allowed=_("lớn hơn 0, nhiều nhất 100"))
    return found or Decimal(0)


# -- cells ------------------------------------------------------------------------------------------------------------


def read_both(row: Row, stem: str, notes: Notes) -> tuple[str, str]:
    """A text that is needed in both languages."""
    for column in (f"{stem}_vi", f"{stem}_en"):
        if not row[column]:
            notes.add(row, column, _("Chưa ghi."))
    return notes.text(row, f"{stem}_vi", 200), notes.text(row, f"{stem}_en", 200)


def read_decimal(row: Row, column: str, notes: Notes) -> Decimal | None:
    """None and a mistake where there is no number."""
    if not _NUMBER.fullmatch(row[column]):
        said = _("Không phải là số; ghi dấu chấm trước phần thập phân.") if row[column] else _("Chưa ghi.")
        notes.add(row, column, said, allowed="12.5")
        return None
    return Decimal(row[column])


def read_decimal_or_zero(row: Row, column: str) -> Decimal:
    return Decimal(row[column]) if _NUMBER.fullmatch(row[column]) else Decimal(0)
