"""Any XLSForm that pyxform accepts loads and takes submissions; any it refuses says where and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.errors import ErrorCode, PyXFormError
from pyxform.xls2xform import convert

from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.forms.rules.compile import compile_xlsform
from caunoi.forms.rules.mistakes import mistake_of
from caunoi.forms.rules.pyxform_sentences import UNKNOWN
from caunoi.forms.rules.questions import FILES, Question
from caunoi.forms.rules.sheets import PYXFORM_RAISES
from caunoi.forms.tests.xlsform_files import ACCEPTED, REFUSED, kept_of, sent_of, support_of
from caunoi.records.actions import Incoming, receive
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Attachment, Source, SubmissionVersion
from caunoi.records.tests.builders import AT, BY, unit
from caunoi.refusals import FileRefused

DAY = "<ngay>2023-06-01</ngay>"
INSTANCE = "uuid:5f6e2c3a-0000-4000-8000-000000000001"
# Said to programmers or only warned of, never a reason to refuse a form.
NOT_FOR_PEOPLE = {"INTERNAL_001", "INTERNAL_002", "LABEL_001", "NAMES_002", "NAMES_013"}


def as_sent(path: Path) -> bytes:
    """As a device wraps it: instanceID among what the form's own meta holds."""
    body = sent_of(path)
    meta = f"<instanceID>{INSTANCE}</instanceID>"
    body = body.replace("<meta>", f"<meta>{meta}") if "<meta>" in body else f"{body}<meta>{meta}</meta>"
    return f'<data id="{path.stem}" version="1">{DAY}{body}</data>'.encode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_the_form_loads_and_a_device_s_submission_is_kept_answer_by_answer(path: Path) -> None:
    version = publish_form(content=path.read_bytes(), file_type="md", file_name=path.name, pack="thu", by=BY, at=AT)
    set_assignments(version.form.code, [AssignmentRow("village", "event")], by=BY, at=AT)
    village = unit("Thôn 1", "village")
    names = [q["name"] for q in version.questions if q["type"] in FILES]
    kept = {"ngay": "2023-06-01", **kept_of(path)}
    files = [IncomingFile(kept[name], b"...", "application/octet-stream") for name in names]

    sending = Incoming(
        path.stem, village.pk, AT, xml=as_sent(path), source=Source.DEVICE, entered_by_name="Máy", attachments=files
    )
    received = receive(sending, by=BY, at=AT)

    stored = SubmissionVersion.objects.get(pk=received.version_id)
    assert stored.answers == kept
    assert stored.flags == []
    assert Attachment.objects.filter(version=stored, file__isnull=False).count() == len(names)
    assert support_of(path)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_form_that_cannot_be_loaded_says_where_and_what_to_do(path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        compile_xlsform(path.read_bytes(), "md", path.name)

    mistake = refused.value.mistakes[0]
    assert mistake.sheet and mistake.message
    assert mistake.row or not mistake.column, "a column without a row says nothing"
    assert str(UNKNOWN).split("%")[0] not in mistake.message


@pytest.mark.parametrize("code", [code for code in ErrorCode if code.name not in NOT_FOR_PEOPLE], ids=lambda c: c.name)
def test_every_sentence_of_pyxform_has_one_of_ours(code: ErrorCode) -> None:
    names = re.findall(r"(?<!{){(\w+)}", code.value.msg)
    context = {name: "12" if name in ("row", "other_row") else "survey" if name == "sheet" else "x" for name in names}

    mistake = mistake_of(PyXFormError(code=code, context=context), "a.xlsx", {})

    assert str(UNKNOWN).split("%")[0] not in mistake.message
    assert "%(" not in mistake.message
    assert ("[row : " in code.value.msg) == (mistake.row > 0)


def test_a_sentence_nobody_knows_is_shown_as_it_came() -> None:
    mistake = mistake_of(PyXFormError("[row : 7] Something new."), "a.xlsx", {})

    assert (mistake.sheet, mistake.row) == ("survey", 7)
    assert mistake.message.endswith("Something new.")


TYPES = st.sampled_from([
    "integer", "text", "select_one l", "select_multiple l", "select_one l or_other", "begin group", "end group",
    "begin repeat", "end repeat", "begin loop over l", "calculate", "note", "range", "image", "geopoint", "audit",
    "select_one_from_file a.csv", "select_one ${a}", "start", "hidden", "rank l", "osm", "", "x",
])  # fmt: skip
CELLS = st.sampled_from([
    "", "a", "b", "data", "1", "${a}", "${b} > 1", "sum(${a})", "${", "yes", "<b>", "a & b", "'", "a=b", "start=1", "l",
    "minimal", "table-list", "search('a')", "randomize=true",
])  # fmt: skip


# What pyxform takes and a phone could not open.
OURS = "viết sai cú pháp"


def is_taken(text: str) -> bool:
    """By pyxform itself."""
    try:
        convert(text, file_type=".md", validate=False, form_name="data_")
    except PYXFORM_RAISES:
        return False
    return True


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(TYPES, *[CELLS] * 7), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_becomes_a_form_or_a_list_of_mistakes(rows: list[tuple[str, ...]]) -> None:
    head = "type | name | label | relevant | calculation | parameters | appearance | repeat_count"
    survey = "| survey |\n|  | " + head + " |\n" + "".join("|  | " + " | ".join(row) + " |\n" for row in rows)
    choices = "\n| choices |\n|  | list_name | name | label |\n|  | l | a | A |\n|  | l | b | B |\n"

    try:
        compiled = compile_xlsform((survey + choices).encode(), "md", "thu.md")
    except FileRefused as refused:
        assert all(mistake.message for mistake in refused.mistakes)
        assert not is_taken(survey + choices) or all(OURS in mistake.message for mistake in refused.mistakes)
    else:
        names = [question.name for question in compiled.questions]
        assert len(set(names)) == len(names)
        assert all(isinstance(question, Question) for question in compiled.questions)
