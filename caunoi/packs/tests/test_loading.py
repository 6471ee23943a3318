from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from caunoi.audit.clock import current_number, take_numbers
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.audit.rules import Actor
from caunoi.cli.pack import pack as pack_command
from caunoi.documents.actions import read_bytes
from caunoi.facts.models import Book, DataElement, Indicator, Posting, Relation
from caunoi.forms.models import Assignment, Form, FormVersion
from caunoi.moments import local_moment
from caunoi.packs.actions import LoadResult, load_pack
from caunoi.packs.archive import read_pack_zip
from caunoi.packs.models import LoadedPack
from caunoi.packs.tests.builders import (
    ASSIGNMENTS,
    BAO_CAO,
    ELEMENTS,
    HOAT_DONG,
    INDICATORS,
    MONTHLY,
    PACK_TOML,
    assignment,
    element,
    indicator,
    tiny_pack,
    word,
)
from caunoi.places.models import OrgUnit
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.refusals import FileRefused
from caunoi.reports.models import ReportTemplate

pytestmark = pytest.mark.django_db

REAL_PACK = Path(__file__).parents[3] / "packs" / "tuyen-van"
AT = local_moment(date(2024, 3, 1))
OFFICER = Actor("Cán bộ tỉnh", 7)
ROWS = (Form, FormVersion, DataElement, Indicator, Relation, Assignment, ReportTemplate, LoadedPack, AuditLine)


def load(folder: Path, days_later: int = 0) -> LoadResult:
    return load_pack(folder, by=OFFICER, at=AT + timedelta(days=days_later))


def counts() -> list[int]:
    return [model._default_manager.count() for model in ROWS]


def refused_sentences(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(FileRefused) as refused:
        load(folder)
    return [(one.file, one.row, one.column, one.message) for one in refused.value.mistakes]


def state_fact(code: str, level: str = "commune") -> None:
    """A submission from a unit of the level, with one posting of the data element."""
    form = FormVersion.objects.get(form__code="hoat_dong")
    unit = OrgUnit.objects.create(key=f"{level}-{code}", level=level, known_from=0)
    day = date(2024, 1, 5)
    submission = Submission.objects.create(
        form=form.form, org_unit=unit, day_from=day, day_to=day, named_from=day, named_to=day, state="approved",
        created_at=AT, first_received_at=AT,
    )  # fmt: skip
    version = SubmissionVersion.objects.create(
        submission=submission, number=1, form=form.form, form_version=form, instance_id=f"uuid:{unit.key}", xml="",
        answers={}, source="browser", entered_by_name="", received_at=AT,
    )  # fmt: skip
    Posting.objects.create(
        seq=take_numbers(1)[0], book=Book.APPROVED, data_element=DataElement.objects.get(code=code), org_unit=unit,
        day_from=day, day_to=day, named_from=day, named_to=day, amount=1, sign=1, version=version,
    )  # fmt: skip


# -- Loading ----------------------------------------------------------------------------------------------------------


def test_loading_puts_everything_where_the_rooms_look_for_it(tmp_path: Path) -> None:
    result = load(tiny_pack(tmp_path))

    assert (result.pack, result.version, result.changed, result.unchanged) == ("thu", "1", 0, 0)
    assert result.created == 2 + 7 + 2 + 2 + 2 + 1  # forms, elements, indicators, relations, assignments, template
    assert Form.objects.get(code="hoat_dong").title_vi == "Biểu mẫu hoat_dong"
    assert DataElement.objects.get(code="xep_loai").classes == ["tot", "kha"]
    assert Indicator.objects.get(code="ty_le_tot").direction == "up"
    monthly = Assignment.objects.get(form__code="bao_cao")
    assert (monthly.cut_off, monthly.covers, monthly.approval_level) == (15, ["hoat_dong"], "commune")
    template = ReportTemplate.objects.get(code="bao-cao")
    assert template.parameters == {"title": {"vi": "Báo cáo", "en": "Report"}}
    assert read_bytes(template.template_id).startswith(b"PK")
    line = AuditLine.objects.get(action="pack.load")
    assert (line.actor, line.subject, line.detail["created"]) == ("Cán bộ tỉnh", "pack:thu", result.created)
    assert find_chain_break() is None


def test_deadlines_and_steps_of_approval_are_loaded_and_stay_the_same_when_loaded_again(tmp_path: Path) -> None:
    monthly = assignment("bao_cao", **MONTHLY) | {
        "approval": "commune;province", "closes_days": "30", "locks_days": "60",
    }  # fmt: skip
    folder = tiny_pack(tmp_path, assignment_rows=[assignment(), monthly])
    load(folder)

    stored = Assignment.objects.get(form__code="bao_cao")
    assert (stored.closes_days, stored.locks_days) == (30, 60)
    assert stored.approval_levels == ("commune", "province")
    event = Assignment.objects.get(form__code="hoat_dong")
    assert (event.closes_days, event.locks_days, event.approval_levels) == (None, None, ("commune",))
    assert not load(folder, days_later=1).changed_anything


def test_loading_the_same_pack_again_changes_nothing(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path)
    first = load(folder)
    before, number = counts(), current_number()

    again = load(folder, days_later=1)

    assert (again.created, again.changed, again.removed, again.unchanged) == (0, 0, 0, first.created)
    assert (counts(), current_number()) == (before, number)
    assert LoadedPack.objects.get().loaded_at == AT


def test_only_what_changed_gets_a_new_knowledge_number(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    before = dict(DataElement.objects.values_list("code", "known_from"))

    renamed = [{**ELEMENTS[0], "name_vi": "Hội nghị đã tổ chức"}, *ELEMENTS[1:]]
    result = load(tiny_pack(tmp_path, data_elements=renamed))

    after = dict(DataElement.objects.values_list("code", "known_from"))
    assert (result.created, result.changed) == (0, 1)
    assert [code for code in after if after[code] != before[code]] == ["hoi_nghi"]
    [told] = AuditLine.objects.order_by("-number").first().detail["changes"].items()
    assert told == ("dataelement hoi_nghi.name_vi", [ELEMENTS[0]["name_vi"], "Hội nghị đã tổ chức"])


def test_what_left_the_pack_leaves_the_rooms_unless_it_has_facts(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))

    result = load(
        tiny_pack(
            tmp_path,
            data_elements=ELEMENTS[:-1],
            indicator_rows=INDICATORS[:1],
            files={"reports/bao-cao.docx": None, "reports/bao-cao.toml": None},
        )
    )

    assert result.removed == 3
    assert not DataElement.objects.filter(code="so_xa").exists()
    assert not ReportTemplate.objects.exists()


def test_nobody_owes_a_form_that_left_the_pack_but_it_stays_with_its_submissions(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))

    without = [one for one in ELEMENTS if one["form"] != "bao_cao"]
    load(
        tiny_pack(
            tmp_path,
            forms={"hoat_dong.md": HOAT_DONG},
            data_elements=without,
            relations=[],
            assignment_rows=ASSIGNMENTS[:1],
            files={"forms/bao_cao.md": None},
        )
    )

    assert Form.objects.filter(code="bao_cao").exists()
    assert not Assignment.objects.filter(form__code="bao_cao").exists()


def test_a_pack_with_one_mistake_is_not_loaded_at_all(tmp_path: Path) -> None:
    before = counts()

    with pytest.raises(FileRefused):
        load(tiny_pack(tmp_path, indicator_rows=[indicator(formula="so_ngui")]))

    assert counts() == before


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    load_pack(tiny_pack(tmp_path), by=OFFICER, at=AT, progress=lambda *step: told.append(step))

    assert told[0] == ("Kiểm tra gói", 0, 1)
    assert told[-1] == ("Nạp biểu mẫu", 2, 2)


# -- Forms and their versions -----------------------------------------------------------------------------------------


def test_a_form_whose_content_changed_must_raise_its_version(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    changed = BAO_CAO.replace("Số cuộc họp", "Số cuộc họp thôn")

    found = refused_sentences(tiny_pack(tmp_path, forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": changed}))

    assert [one[:3] for one in found] == [("forms/bao_cao.md", 2, "version")]
    assert "Hãy tăng version" in found[0][3]


def test_a_form_with_a_raised_version_becomes_the_one_in_use(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    changed = BAO_CAO.replace("Số cuộc họp", "Số cuộc họp thôn").replace("| 1 |", "| 2 |")

    result = load(tiny_pack(tmp_path, forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": changed}), days_later=1)

    assert (result.created, result.changed) == (0, 1)
    assert [one.version for one in FormVersion.objects.filter(form__code="bao_cao")] == ["2", "1"]


def test_going_back_to_an_old_form_needs_a_new_version_too(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    changed = BAO_CAO.replace("Số cuộc họp", "Số cuộc họp thôn").replace("| 1 |", "| 2 |")
    load(tiny_pack(tmp_path, forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": changed}), days_later=1)

    found = refused_sentences(tiny_pack(tmp_path))

    assert "phiên bản cũ" in found[0][3]


# -- Data elements that have facts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"decimals": "1"}, "decimals"),
        ({"kind": "stock"}, "kind"),
        ({"filter": ""}, "filter"),
        ({"expression": "2"}, "expression"),
        ({"day": "end"}, "day"),
        ({"levels": "village"}, "levels"),
    ],
)
def test_what_facts_were_made_by_does_not_change(tmp_path: Path, given: dict[str, str], column: str) -> None:
    load(tiny_pack(tmp_path))
    state_fact("hoi_nghi")
    changed = tiny_pack(tmp_path, data_elements=[element(**given), *ELEMENTS[1:]])

    found = refused_sentences(changed)

    assert [one[:3] for one in found] == [("data_elements.csv", 2, column)]
    assert "đã có số liệu" in found[0][3] and "mã mới" in found[0][3]


def test_without_facts_everything_may_change(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))

    load(tiny_pack(tmp_path, data_elements=[element(decimals="1", kind="stock"), *ELEMENTS[1:]]))

    assert DataElement.objects.get(code="hoi_nghi").decimals == 1


def test_another_spelling_of_the_same_expression_is_no_change(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    state_fact("hoi_nghi")

    load(tiny_pack(tmp_path, data_elements=[element(filter='(${loai}="hoi_nghi")'), *ELEMENTS[1:]]))


def test_a_level_may_join_until_its_units_have_sent_the_form(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    state_fact("hoi_nghi")
    wider = tiny_pack(tmp_path, data_elements=[element(levels="commune;province"), *ELEMENTS[1:]])
    load(wider)
    state_fact("so_nguoi", level="village")

    found = refused_sentences(
        tiny_pack(tmp_path, data_elements=[element(levels="commune;province;village"), *ELEMENTS[1:]])
    )

    assert [one[:3] for one in found] == [("data_elements.csv", 2, "levels")]


def test_a_data_element_with_facts_cannot_be_left_out(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    state_fact("hoi_nghi")

    found = refused_sentences(tiny_pack(tmp_path, data_elements=ELEMENTS[1:], indicator_rows=[]))

    assert found == [
        ("data_elements.csv", 0, "code", "Chỉ tiêu “hoi_nghi” đã có số liệu nên không bỏ được; hãy giữ lại dòng này.")
    ]


# -- Several packs ----------------------------------------------------------------------------------------------------


def test_codes_forms_and_templates_belong_to_the_pack_that_brought_them(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    other = tiny_pack(tmp_path, name="goi-khac", pack_toml=PACK_TOML.replace('"thu"', '"khac"'))

    found = refused_sentences(other)

    assert {file for file, *_rest in found} == {
        "data_elements.csv", "indicators.csv", "forms/hoat_dong.md", "forms/bao_cao.md", "reports/bao-cao.docx",
    }  # fmt: skip
    assert all("thuộc gói “thu”" in message for *_where, message in found)


def test_an_indicator_may_use_what_another_pack_counts(tmp_path: Path) -> None:
    load(tiny_pack(tmp_path))
    other = tiny_pack(
        tmp_path,
        name="goi-khac",
        pack_toml=PACK_TOML.replace('"thu"', '"khac"'),
        forms={"khac.md": HOAT_DONG.replace("| hoat_dong |", "| khac |")},
        data_elements=[element("khac", form="khac")],
        indicator_rows=[indicator("ty_le_khac", unit="%", formula="percent(khac, hoi_nghi)")],
        relations=[{"code": "khac", "relation": "not-greater-than", "other": "hoi_nghi"}],
        assignment_rows=[assignment("khac")],
        files={"forms/hoat_dong.md": None, "reports/bao-cao.docx": None, "reports/bao-cao.toml": None},
    )

    load(other)

    assert {one.code: one.version for one in LoadedPack.objects.all()} == {"thu": "1", "khac": "1"}
    assert load(tiny_pack(tmp_path)).changed_anything is False


# -- A zip through the web page ---------------------------------------------------------------------------------------


def zipped(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def files_of(folder: Path, prefix: str = "") -> dict[str, bytes | str]:
    return {prefix + str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("prefix", ["", "goi-thu/"])
def test_a_zipped_pack_loads_like_its_folder(tmp_path: Path, prefix: str) -> None:
    content = zipped({**files_of(tiny_pack(tmp_path), prefix), "__MACOSX/x": "x"})

    with read_pack_zip(content) as folder:
        result = load(folder)

    assert result.created == 16
    assert not folder.exists()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"../pack.toml": "x"}, "không an toàn"),
        ({"/etc/pack.toml": "x"}, "không an toàn"),
        ({"forms\\..\\..\\a.md": "x"}, "không an toàn"),
        ({"pack.toml": "x", "chay.exe": "x"}, "không thuộc một gói"),
        ({}, "trống"),
        ({f"forms/{n}.md": "x" for n in range(501)}, "quá 500 tệp"),
        ({"data_elements.csv": b"0" * (51 * 1024 * 1024)}, "quá 50 MB"),
    ],
)
def test_an_unsafe_zip_is_refused(files: dict[str, bytes | str], says: str) -> None:
    with pytest.raises(FileRefused) as refused, read_pack_zip(zipped(files)):
        pass

    assert says in refused.value.mistakes[0].message


def test_a_link_in_a_zip_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("pack.toml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(FileRefused) as refused, read_pack_zip(made.getvalue()):
        pass

    assert "tệp thường" in refused.value.mistakes[0].message


@pytest.mark.parametrize("content", [b"", b"khong phai zip", zipped({"pack.toml": word()})[:-40]])
def test_a_zip_cut_short_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused, read_pack_zip(content):
        pass

    assert "hỏng" in refused.value.mistakes[0].message


# -- The command, and the pack of the house ---------------------------------------------------------------------------


def test_the_command_checks_and_loads(tmp_path: Path) -> None:
    folder = str(tiny_pack(tmp_path))
    run = CliRunner()

    checked = run.invoke(pack_command, ["check", folder])
    loaded = run.invoke(pack_command, ["load", folder])
    again = run.invoke(pack_command, ["load", folder])

    assert (checked.exit_code, loaded.exit_code, again.exit_code) == (0, 0, 0)
    assert "không có lỗi: 2 biểu mẫu, 7 chỉ tiêu" in checked.output
    assert "16 mục mới" in loaded.output
    assert "không có gì thay đổi" in again.output


def test_the_command_gives_mistakes_as_json_and_exits_1(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, indicator_rows=[indicator(formula="so_ngui")])

    checked = CliRunner().invoke(pack_command, ["check", str(folder), "--json"])

    assert checked.exit_code == 1
    told = json.loads(checked.output)
    assert (told["ok"], told["mistakes"][0]["file"], told["mistakes"][0]["row"]) == (False, "indicators.csv", 2)


def test_the_outreach_pack_loads_again_unchanged_also_beside_another() -> None:
    result = load(REAL_PACK)

    assert result.created > 150
    assert load(REAL_PACK).changed_anything is False

    beside = load(REAL_PACK.with_name("khuyen-nong"))

    assert (beside.changed, beside.removed) == (0, 0)
    assert load(REAL_PACK).changed_anything is False


def test_an_indicator_that_declares_no_unit_gets_the_one_its_formula_gives(tmp_path: Path) -> None:
    load(
        tiny_pack(
            tmp_path, indicator_rows=[indicator(unit=""), indicator("tong", unit="", formula="hoi_nghi + hoi_nghi")]
        )
    )

    assert dict(Indicator.objects.values_list("code", "unit")) == {
        "nguoi_mot_hoi_nghi": "người/hội nghị",
        "tong": "hội nghị",
    }
