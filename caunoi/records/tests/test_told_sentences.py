"""What the product says of a record is kept so that readers of either language can read it later."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from caunoi.approvals.queries import list_steps
from caunoi.forms.queries import checker_of
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.records.incoming import Incoming
from caunoi.records.models import HeldSending, Source
from caunoi.records.rules.doubts import tell_flag
from caunoi.records.tests.builders import merge, publish, report, send, stored, unit
from caunoi.refusals import Refusal
from caunoi.sentences import gettext as _
from caunoi.sentences import in_words_of, keep, number, pack, tell, unpack


def test_a_sentence_is_said_again_in_the_reader_s_language() -> None:
    with override("vi"):
        kept = keep(_("Không có lựa chọn “%(names)s”.") % {"names": "lim"})
        assert tell(kept) == "Không có lựa chọn “lim”."

    with override("en"):
        assert tell(kept) != "Không có lựa chọn “lim”."
        assert "lim" in tell(kept)


def test_what_fills_it_is_said_in_that_language_too() -> None:
    with override("vi"):
        name = in_words_of({"vi": "Số hộ", "en": "Households"})
        said = _("“%(part)s” (%(a)s) không được lớn hơn “%(whole)s” (%(b)s).") % {
            "part": name, "a": number(Decimal("1234.5")), "whole": "x", "b": number(Decimal(2)),
        }  # fmt: skip
        packed = json.loads(json.dumps(pack(said)))
        assert "“Số hộ” (1.234,5)" in said

    with override("en"):
        assert "Households" in unpack(packed)
        assert "1,234.5" in unpack(packed)
        assert "1.234,5" not in unpack(packed)


def test_old_sentences_and_people_s_own_words_stay_as_they_are() -> None:
    with override("en"):
        for text in ("Thiếu ngày họp.", "", "{không phải JSON}", "100% xong"):
            assert keep(text) == text
            assert tell(text) == text


def test_a_sentence_keeps_its_knowledge_when_it_is_copied() -> None:
    assert pack(copy.deepcopy(_("a %s") % "b")) == {"say": "a %s", "with": ["b"]}


@pytest.mark.django_db
def test_the_flags_of_a_phone_s_sending_are_read_in_english() -> None:
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"), code="V1")
    publish("bao_cao_thang_thon")
    with override("vi"):
        received = send(report(village, so_cuoc_hop="nhiều", so_luot_du="", source=Source.DEVICE))
    version = stored(received).versions.get()
    questions = checker_of(version.form_version).by_name

    with override("en"):
        told = {flag["question"]: tell_flag(flag, questions, "en") for flag in version.flags}

    assert told.keys() == {"so_cuoc_hop", "so_luot_du"}
    for name, flag in told.items():
        assert flag["label"] == questions[name].labels["en"]
        assert flag["message"].isascii()
    old = [{name: value for name, value in flag.items() if name != "said"} for flag in version.flags]
    assert [tell_flag(flag, {}, "en") for flag in old] == old


@pytest.mark.django_db
def test_a_held_sending_s_reason_is_read_in_english() -> None:
    with override("vi"):
        reason = keep(_("Biểu mẫu không có câu hỏi này."))
    held = HeldSending(reason=reason)

    with override("en"):
        assert held.reason_told.isascii()
    assert HeldSending(reason="Chưa rõ ngày.").reason_told == "Chưa rõ ngày."


@pytest.mark.django_db
def test_a_flag_still_says_its_sentence_as_it_was_said() -> None:
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"), code="V1")
    publish("bao_cao_thang_thon")
    received = send(report(village, so_luot_du="", source=Source.DEVICE))

    (flag,) = stored(received).versions.get().flags

    assert flag["message"] == "Câu này bắt buộc phải trả lời."
    assert flag["said"]["message"] == {"say": "Câu này bắt buộc phải trả lời."}


@pytest.mark.django_db
def test_why_a_sending_has_no_place_is_read_in_english_with_its_period_form_and_successors() -> None:
    day = date(2023, 5, 1)
    old, new = unit("Xã Cũ", "commune", to=day), unit("Xã Mới", "commune", from_=day)
    merge(day, [old], new)
    village = unit("Thôn 1", "village", new, code="V1")
    publish("bao_cao_thang_thon", AssignmentRow("village", "month"), AssignmentRow("commune", "month"))
    with override("vi"):
        kept = [
            keep(why(report(old, "2023-05"))),
            keep(why(report(village, "2023-07"))),
            keep(why(report(village, ""))),
        ]

    with override("en"):
        ended, not_begun, missing = map(tell, kept)

    assert "Xã Mới" in ended and "không còn" not in ended and "kế tục" not in ended
    assert "07/2023" in not_begun and "tháng" not in not_begun
    assert "Báo cáo" not in missing


def why(sending: Incoming) -> str:
    with pytest.raises(Refusal) as refused:
        send(sending)
    return refused.value.sentence


@pytest.mark.django_db
def test_the_product_s_own_steps_are_signed_in_the_reader_s_language_whoever_set_them_off() -> None:
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"), code="V1")
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", approval_level=""))
    with override("en"):
        made = stored(send(report(village)))

    name = list_steps(str(made))[-1].by_name

    with override("vi"):
        assert tell(name) == "Tự động: biểu mẫu không cần duyệt"
    with override("en"):
        assert tell(name) == "Automatic: the form needs no approval"
        assert tell("Nguyễn Thị Lan") == "Nguyễn Thị Lan"
