"""Reads a pack's folder whole, and names every mistake in it at once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from caunoi.accounts.models import Role
from caunoi.awards.printing import check_paper_template
from caunoi.contributions.printing import check_contribution_templates
from caunoi.forms.rules.questions import Question
from caunoi.packs import assessing
from caunoi.packs.rules import (
    assignments,
    awards,
    checks,
    contest_kinds,
    contributions,
    disaggregations,
    document_kinds,
    elements,
    indicators,
    meeting_kinds,
    personal_fields,
    registers,
    reviews,
    stages,
    training,
)
from caunoi.packs.rules.contents import NOTHING_LOADED, About, FormFile, Pack, RelationRow, ReportFile, Surroundings
from caunoi.packs.rules.rating_records import Recording
from caunoi.packs.rules.ratings import Known
from caunoi.packs.rules.tables import Notes, Row, check_unique, decode, read_table, suggest
from caunoi.packs.rules.words import LEVELS, USUAL_CUT_OFF
from caunoi.periods.rules import CutOff
from caunoi.refusals import FileRefused, Mistake, explain_os_error
from caunoi.reports.checking import check_template
from caunoi.vietnamese_text import clean

if TYPE_CHECKING:
    from caunoi.forms.rules.sheets import Described

PACK_FILE = "pack.toml"
NEEDED = (PACK_FILE, elements.FILE, assignments.FILE)
TABLES = (
    elements.FILE, indicators.FILE, assignments.FILE, indicators.RELATIONS_FILE, registers.FILE, stages.FILE,
    reviews.FILE, checks.FILE, disaggregations.FILE, document_kinds.FILE, personal_fields.FILE,
)  # fmt: skip
FORM_TYPES = (".xlsx", ".xls", ".md")
FOLDERS = {"forms": FORM_TYPES, "reports": (".docx", ".toml"), **dict.fromkeys(assessing.FOLDERS, (".csv",))}
FOLDERS |= {awards.FOLDER: (".csv", ".docx"), meeting_kinds.FOLDER: (".csv", ".docx")}
FOLDERS |= {contest_kinds.FOLDER: (".csv",), training.FOLDER: (".csv",)}
FOLDERS |= {contributions.FOLDER: (".csv", ".docx")}
KNOWN = (PACK_FILE, *TABLES, *FOLDERS)
# Beside the pack for people; and what Excel, Windows and macOS leave behind while a file is open.
_LEFT_ALONE = re.compile(r"\..*|~\$.*|README(\..*)?|LICEN[CS]E(\..*)?|Thumbs\.db|desktop\.ini|__MACOSX", re.IGNORECASE)
_LARGEST_FILE = 20 * 1024 * 1024

Surround = Callable[[str], Surroundings]
Questions = Sequence[Question] | None


def read_pack(folder: Path, surround: Surround | None = None) -> Pack:
    """Raises FileRefused with all mistakes.

    `surround` gives what is loaded besides the pack of that id; without it the pack is judged alone.
    """
    notes = Notes()
    files = _list_files(folder, notes)
    about = _read_about(files.get(PACK_FILE), notes)
    loaded = surround(about.code) if surround and about.code else NOTHING_LOADED
    media = {name: files[name] for name in files if _is_media(name)}
    forms, questions = _read_forms({name: files[name] for name in files if name not in media}, loaded, about, notes)

    def table(file: str, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
        return read_table(file, files[file], columns, notes, optional) if file in files else []

    before = len(notes.mistakes)
    element_rows = table(elements.FILE, elements.COLUMNS, elements.OPTIONAL)
    # Of a table that can't be read no code is known; everything that names one would look wrong.
    readable = len(notes.mistakes) == before and elements.FILE in files
    known_registers = None if None in questions.values() else registers.list_known(forms, loaded.registers)
    telling = None if known_registers is None else registers.list_telling(forms, questions, known_registers)
    read_elements = elements.read_elements(element_rows, about.levels, questions, telling, notes)
    check_unique(element_rows, "code", notes, loaded.owners, {})
    indicator_rows = table(indicators.FILE, indicators.COLUMNS)
    read_indicators = indicators.read_indicators(indicator_rows, notes)
    taken = {row["code"]: row for row in reversed(element_rows)}
    check_unique(indicator_rows, "code", notes, loaded.owners, taken)
    relation_rows = table(indicators.RELATIONS_FILE, indicators.RELATION_COLUMNS)
    relations: list[RelationRow] = []
    known: Known | None = None
    if readable:
        elements.check_standing(element_rows, read_elements, loaded.standing, notes)
        # Of a code used twice the first counts, as it is told: nothing else looks wrong for the second.
        own = {element.code: element.facts for element in reversed(read_elements)}
        known_elements = {**loaded.elements, **own}
        units = {code: one.unit for code, one in loaded.indicators.items()}
        units |= {one.code: one.unit for one in read_indicators}
        relations = indicators.read_relations(relation_rows, known_elements, units, notes)
        known_relations = [*loaded.relations, *((one.code, one.relation, one.other) for one in relations)]
        read_indicators = indicators.check_formulas(
            indicator_rows, read_indicators, known_elements, loaded.indicators, known_relations, notes
        )
        known = assessing.list_known(known_elements, read_indicators, relations, loaded)
    assignment_rows = table(assignments.FILE, assignments.COLUMNS, assignments.OPTIONAL)
    read_assignments = assignments.read_assignments(
        assignment_rows, about.levels, questions, notes, cut_off=about.cut_off
    )
    codes = (
        {one.code for one in read_elements}
        | {one.code for one in read_indicators}
        | {*loaded.elements, *loaded.indicators}
    )
    register_table = table(registers.FILE, registers.COLUMNS, registers.OPTIONAL)
    register_rows = registers.read_registers(register_table, forms, loaded.registers, about.code, about.levels, notes)
    register_rows = stages.read_stages(
        table(stages.FILE, stages.COLUMNS, stages.OPTIONAL), register_rows, register_table, forms, about.levels,
        Role.values, notes,
    )  # fmt: skip
    register_rows = reviews.read_reviews(
        table(reviews.FILE, reviews.COLUMNS), register_rows, known_registers, about.levels, questions, notes
    )
    read_checks = checks.read_checks(
        table(checks.FILE, checks.COLUMNS, checks.OPTIONAL), read_elements if readable else None, about.levels, notes
    )
    disaggregation_rows = table(disaggregations.FILE, disaggregations.COLUMNS)
    read_disaggregations = disaggregations.read_disaggregations(
        disaggregation_rows, read_elements if readable else None, about.levels, notes
    )
    disaggregations.check_sources(element_rows, read_elements, notes)
    kind_rows = table(document_kinds.FILE, document_kinds.COLUMNS)
    read_kinds = document_kinds.read_document_kinds(kind_rows, notes)
    check_unique(kind_rows, "code", notes, loaded.document_kind_owners, {})
    check_unique(disaggregation_rows, "code", notes, loaded.disaggregation_owners, {})
    read_personal = personal_fields.read_personal_fields(
        table(personal_fields.FILE, personal_fields.COLUMNS, personal_fields.OPTIONAL), forms, questions, read_elements,
        {one.code: one for one in register_rows}, notes,
    )  # fmt: skip
    register_rows = registers.with_personal(register_rows, read_personal)
    read_awards = awards.read_awards(files, questions, loaded.award_owners, notes)
    for kind in read_awards.kinds:
        if kind.template is not None:
            notes.mistakes += check_paper_template(f"{awards.FOLDER}/{kind.code}.docx", kind.template)
    read_meetings = meeting_kinds.read_meeting_kinds(files, about.levels, questions, loaded.meeting_kind_owners, notes)
    read_contests = contest_kinds.read_contests(files, about.levels, questions, loaded.contest_owners, notes)
    read_given = contributions.read_contributions(
        files, questions, read_elements, known_registers,
        frozenset((one.form_code, one.question) for one in read_personal), notes,
    )  # fmt: skip
    notes.mistakes += check_contribution_templates(read_given)
    paper_codes = ({one.code for one in read_awards.kinds}, {one.code for one in read_awards.occasions})
    counted = {*(one.code for one in read_elements), *loaded.elements} if readable else None
    read_training = training.read_training(
        files, about.levels, questions, counted, paper_codes, known_registers, loaded.training_owners, notes
    )
    sheets, criteria_sets = assessing.read_assessments(
        files, about.levels, known, loaded, Recording(questions, read_assignments, about.cut_off), notes
    )
    # Forms that can't be read would leave their files without an owner; their own mistakes come first.
    form_media = registers.check_media(media, forms, loaded.registers, notes) if None not in questions.values() else {}
    # Where a table can't be read, every code a template names would look unknown.
    reports = _read_reports(files, loaded, codes if readable else None, notes, cut_off=about.cut_off)
    if notes.mistakes:
        raise refused(folder.name, notes.mistakes)
    return Pack(
        about=about,
        content_hash=_hash(files),
        forms=tuple(forms),
        elements=tuple(read_elements),
        indicators=tuple(read_indicators),
        assignments=read_assignments,
        relations=tuple(relations),
        reports=tuple(reports),
        registers=tuple(register_rows),
        media=form_media,
        checks=tuple(read_checks),
        disaggregations=tuple(read_disaggregations),
        document_kinds=tuple(read_kinds),
        sheets=tuple(sheets),
        criteria_sets=tuple(criteria_sets),
        personal_fields=tuple(read_personal),
        awards=read_awards,
        meeting_kinds=read_meetings,
        training=read_training,
        contests=read_contests,
        contributions=read_given,
    )


def refused(name: str, mistakes: Sequence[Mistake]) -> FileRefused:
    sentence = _("Gói “%(pack)s” có %(count)d lỗi nên chưa nạp gì cả. Hãy sửa các lỗi sau rồi nạp lại.")
    return FileRefused(sentence % {"pack": name, "count": len(mistakes)}, mistakes)


# -- Files ------------------------------------------------------------------------------------------------------------


def _list_files(folder: Path, notes: Notes) -> dict[str, bytes]:
    """Content by name in the pack (`forms/dong_gop.md`), of the files a pack knows; others are mistakes."""
    if not folder.is_dir():
        raise FileRefused(
            _("Không có thư mục “%(folder)s”. Hãy chỉ đúng thư mục của gói, nơi có tệp pack.toml.")
            % {"folder": folder},
            [],
        )
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        if _LEFT_ALONE.fullmatch(path.name):
            continue
        if path.name not in KNOWN:
            message = _("Gói không có tệp hay thư mục tên này.") + suggest(path.name, KNOWN)
            notes.add_file(path.name, message, allowed=", ".join(KNOWN))
        elif (path.name in FOLDERS) != path.is_dir():
            notes.add_file(path.name, _("Phải là tệp.") if path.is_dir() else _("Phải là thư mục."))
        elif path.is_dir():
            _list_folder(path, FOLDERS[path.name], found, notes)
        else:
            _read_file(path, path.name, found, notes)
    for name in NEEDED:
        if not (folder / name).exists():
            notes.add_file(name, _("Thiếu tệp này."))
    if not any(name.startswith("forms/") for name in found):
        notes.add_file("forms", _("Gói chưa có biểu mẫu nào trong thư mục forms."), allowed="*.xlsx, *.md")
    return found


def _list_folder(folder: Path, allowed: Sequence[str], found: dict[str, bytes], notes: Notes) -> None:
    for path in sorted(folder.iterdir()):
        name = f"{folder.name}/{path.name}"
        if _LEFT_ALONE.fullmatch(path.name):
            continue
        if path.is_dir() and folder.name == "forms" and path.name.endswith(registers.MEDIA):
            _list_media(path, name, found, notes)
        elif path.is_dir() or path.suffix.lower() not in allowed:
            notes.add_file(name, _("Loại tệp không dùng ở đây."), allowed=", ".join(f"*{suffix}" for suffix in allowed))
        elif folder.name in assessing.FOLDERS and name not in assessing.FILES:
            known = [file for file in assessing.FILES if file.startswith(f"{folder.name}/")]
            message = _("Gói không có tệp hay thư mục tên này.") + suggest(name, known)
            notes.add_file(name, message, allowed=", ".join(known))
        else:
            _read_file(path, name, found, notes)


def _list_media(folder: Path, name: str, found: dict[str, bytes], notes: Notes) -> None:
    for path in sorted(folder.iterdir()):
        if _LEFT_ALONE.fullmatch(path.name):
            continue
        if path.is_dir() or path.suffix.lower() not in registers.MEDIA_TYPES:
            allowed = ", ".join(f"*{suffix}" for suffix in registers.MEDIA_TYPES)
            notes.add_file(f"{name}/{path.name}", _("Loại tệp không dùng ở đây."), allowed=allowed)
        else:
            _read_file(path, f"{name}/{path.name}", found, notes)


def _is_media(name: str) -> bool:
    return name.startswith("forms/") and name.count("/") == 2


def _read_file(path: Path, name: str, found: dict[str, bytes], notes: Notes) -> None:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            notes.add_file(name, _("Tệp lớn quá 20 MB."))
        else:
            found[name] = path.read_bytes()
    except OSError as error:
        notes.add_file(name, _("Không đọc được tệp: %(detail)s.") % {"detail": explain_os_error(error)})


def _hash(files: Mapping[str, bytes]) -> str:
    lines = (f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_toml(file: str, content: bytes, notes: Notes) -> dict[str, Any] | None:
    text = decode(file, content, notes)
    if text is None:
        return None
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        message = _("Không đúng quy cách TOML: %(detail)s.") % {"detail": error}
        notes.add_file(file, message, row=int(where[1]) if where else 0)
        return None


# -- pack.toml --------------------------------------------------------------------------------------------------------

_ABOUT_KEYS = ("id", "version", "licence", "levels", "title", "cut_off")


def _read_about(content: bytes | None, notes: Notes) -> About:
    """Empty values where something is wrong, all levels where they are: later checks should not repeat a mistake."""
    given = (_read_toml(PACK_FILE, content, notes) if content is not None else None) or None
    levels = LEVELS
    if given is None:
        if content is not None and not notes.mistakes:
            notes.add_file(PACK_FILE, _("Tệp trống."), allowed=", ".join(_ABOUT_KEYS))
        return About("", "", "", levels, "", "")
    for key in given:
        if key not in _ABOUT_KEYS:
            message = _("Không có mục nào tên “%(key)s”.") % {"key": key} + suggest(key, _ABOUT_KEYS)
            notes.add_file(PACK_FILE, message, column=key, allowed=", ".join(_ABOUT_KEYS))
    texts = {key: _read_text(PACK_FILE, given, key, notes) for key in ("id", "version", "licence")}
    if texts["id"] and not re.fullmatch(r"[a-z][a-z0-9-]{1,79}", texts["id"], re.ASCII):
        allowed = _("chữ thường không dấu, chữ số, dấu gạch nối; bắt đầu bằng chữ")
        notes.add_file(PACK_FILE, _("Mã gói viết không đúng."), column="id", value=texts["id"], allowed=allowed)
        texts["id"] = ""
    if len(texts["version"]) > 40:
        notes.add_file(PACK_FILE, _("Dài quá 40 ký tự."), column="version", value=texts["version"])
    named = given.get("levels")
    if not isinstance(named, list) or not named or not all(level in levels for level in named):
        message = _("Phải là danh sách các cấp.")
        notes.add_file(PACK_FILE, message, column="levels", value=str(named or ""), allowed=", ".join(levels))
    else:
        levels = tuple(level for level in levels if level in named)
    title_vi, title_en = _read_title(PACK_FILE, given, notes)
    cut_off = given.get("cut_off", USUAL_CUT_OFF)
    if cut_off not in (1, 15) or isinstance(cut_off, bool):
        message = _("Ghi 1 (tháng dương lịch) hoặc 15 (từ ngày 15 đến ngày 14).")
        notes.add_file(PACK_FILE, message, column="cut_off", value=str(cut_off), allowed="1, 15")
        cut_off = USUAL_CUT_OFF
    return About(texts["id"], texts["version"], texts["licence"], levels, title_vi, title_en, cut_off)


def _read_text(file: str, given: Mapping[str, Any], key: str, notes: Notes, prefix: str = "") -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        message = _("Chưa ghi.") if value in (None, "") else _("Phải là chữ trong dấu nháy.")
        notes.add_file(file, message, column=f"{prefix}{key}", value="" if value is None else str(value))
        return ""
    return clean(value)


def _read_title(file: str, given: Mapping[str, Any], notes: Notes) -> tuple[str, str]:
    title = given.get("title")
    if not isinstance(title, dict):
        notes.add_file(file, _("Thiếu mục [title] với vi và en."), column="title")
        return "", ""
    found = [_read_text(file, title, key, notes, "title.") for key in ("vi", "en")]
    for key, text in zip(("vi", "en"), found, strict=True):
        if len(text) > 200:
            notes.add_file(file, _("Dài quá 200 ký tự."), column=f"title.{key}", value=text)
    return found[0], found[1]


# -- forms ------------------------------------------------------------------------------------------------------------


def _read_forms(
    files: Mapping[str, bytes], loaded: Surroundings, about: About, notes: Notes
) -> tuple[list[FormFile], dict[str, Questions]]:
    """The forms, and the questions of each by form code: None for a form that can't be read, also by its file's name.

    So what names a broken form is not called wrong as well. What its sheets say by themselves is checked all the same.
    """
    # pyxform and what it brings along are slow to import, and only who reads a pack needs them.
    from caunoi.forms.rules.compile import compile_xlsform  # noqa: PLC0415
    from caunoi.forms.rules.sheets import describe_xlsform  # noqa: PLC0415

    found: list[FormFile] = []
    named: dict[str, str] = {}
    questions: dict[str, Questions] = {}
    for name, content in files.items():
        if not name.startswith("forms/"):
            continue
        kind = Path(name).suffix.lower().lstrip(".")
        if kind == "md" and decode(name, content, notes) is None:
            questions.setdefault(Path(name).stem, None)
            continue
        described: Described | None
        try:
            described = compiled = compile_xlsform(content, kind, name)
        except FileRefused as refusal:
            notes.mistakes += refusal.mistakes or [Mistake(name, "", 0, "", refusal.sentence)]
            described, compiled = describe_xlsform(content, kind, name), None
        if described is None:
            questions.setdefault(Path(name).stem, None)
            continue
        _check_languages(name, described, notes)
        if (first := named.setdefault(described.form_id, name)) != name:
            message = _("Mã biểu mẫu đã dùng ở %(file)s.") % {"file": first}
            _add_setting(name, "form_id", message, described.form_id, notes)
            continue
        _check_published(name, content, described, loaded, about, notes)
        questions[described.form_id] = compiled.questions if compiled else None
        if compiled:
            found.append(FormFile(name, kind, content, compiled))
        else:
            questions.setdefault(Path(name).stem, None)
    return found, questions


def _add_setting(file_name: str, column: str, message: str, value: str, notes: Notes) -> None:
    notes.mistakes.append(Mistake(file_name, "settings", 2, column, message, value))


def _check_languages(file_name: str, form: Described, notes: Notes) -> None:
    for language, column in (("vi", "label::Tiếng Việt (vi)"), ("en", "label::English (en)")):
        if language not in form.languages:
            message = _("Thiếu cột nhãn này.")
            notes.mistakes.append(Mistake(file_name, "survey", 1, column, message))
    notes.mistakes += form.untranslated


def _check_published(
    file_name: str, content: bytes, form: Described, loaded: Surroundings, about: About, notes: Notes
) -> None:
    published = loaded.forms.get(form.form_id)
    if published is None:
        return
    if published.pack != about.code:
        message = _("Biểu mẫu này thuộc gói “%(pack)s”; hãy đổi form_id.") % {"pack": published.pack}
        _add_setting(file_name, "form_id", message, form.form_id, notes)
        return
    newest = list(published.versions)[-1]
    same = published.versions.get(form.version) == hashlib.sha256(content).hexdigest()
    if form.version not in published.versions or (same and form.version == newest):
        return
    message = (
        _("Đây là phiên bản cũ; đang dùng phiên bản “%(newest)s”. Muốn trở lại nội dung này, hãy ghi version mới.")
        if same
        else _("Nội dung biểu mẫu đã đổi nhưng version vẫn như cũ. Hãy tăng version.")
    )
    _add_setting(file_name, "version", message % {"newest": newest} if same else message, form.version, notes)


# -- reports ----------------------------------------------------------------------------------------------------------


def _read_reports(
    files: Mapping[str, bytes], loaded: Surroundings, codes: Collection[str] | None, notes: Notes, *, cut_off: CutOff
) -> list[ReportFile]:
    found = []
    stems = sorted({Path(name).stem for name in files if name.startswith("reports/")})
    for stem in stems:
        word, parameters = f"reports/{stem}.docx", f"reports/{stem}.toml"
        for name, message in (
            (word, _("Thiếu mẫu Word đi cùng tệp .toml.")),
            (parameters, _("Thiếu tệp tham số .toml đi cùng mẫu Word.")),
        ):
            if name not in files:
                notes.add_file(name, message)
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,79}", stem, re.ASCII):
            allowed = _("chữ thường không dấu, chữ số, dấu gạch nối; bắt đầu bằng chữ")
            notes.add_file(word, _("Tên tệp là mã của mẫu báo cáo và viết không đúng."), value=stem, allowed=allowed)
        if stem in loaded.report_owners:
            message = _("Mã mẫu báo cáo này đã thuộc gói “%(pack)s”; hãy đổi tên tệp.")
            notes.add_file(word, message % {"pack": loaded.report_owners[stem]}, value=stem)
        given = _read_toml(parameters, files[parameters], notes) if parameters in files else None
        if given is not None:
            title_vi, title_en = _read_title(parameters, given, notes)
            # Dates of TOML have no JSON: kept as they were written.
            plain = json.loads(json.dumps(given, default=str))
            if isinstance(plain.get("period"), dict) and "type" in plain["period"]:
                plain["period"].setdefault("cut_off", cut_off)
            if codes is not None and word in files:
                notes.mistakes += check_template(files[word], plain, codes, word)
            found.append(ReportFile(stem, title_vi, title_en, files.get(word, b""), plain))
    return found
