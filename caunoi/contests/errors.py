"""What the contests room refuses."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class ContestUnknown(NotFound):
    code = "contest-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có hội thi này, hoặc tài khoản của bạn không được xem nó."))


class ContestNotYours(NotAllowed):
    """Organising, entering or judging without the role, or the appointment, that it takes."""

    code = "contest-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Tài khoản của bạn không làm được việc này cho %(unit)s. Hãy nhờ người ghi hoặc người sửa của đơn vị đó.")
            % {"unit": unit}
        )


class NotAJudge(NotAllowed):
    code = "contest-not-a-judge"

    def __init__(self) -> None:
        super().__init__(
            _("Bạn không phải giám khảo của vòng này, hoặc vòng này chưa đến lúc chấm. Hãy hỏi đơn vị tổ chức.")
        )


class JudgeOfOwn(NotAllowed):
    """A judge who organises the contest, entered something in it, bears an entrant's name, or is of the entry's unit.
    `may_stand`: asked about, because two people may bear one name."""

    code = "contest-judge-in-two-roles"

    def __init__(self, sentence: str, *, may_stand: bool = False) -> None:
        super().__init__(sentence)
        self.may_stand = may_stand


class EntryLate(Refusal):
    code = "contest-entry-late"

    def __init__(self, until: str) -> None:
        super().__init__(
            _("Đã hết hạn nộp bài (%(until)s) nên không nhận thêm. Đơn vị tổ chức gia hạn được, có ghi lý do.")
            % {"until": until}
        )


class ContestInvalid(Refusal):
    """What was entered cannot stand; the sentence says which part and why."""

    code = "contest-invalid"


class ContestTermsInvalid(Refusal):
    """Criteria, weights, scale, ties or prizes declared for a contest that don't fit together: all that is wrong."""

    code = "contest-terms-invalid"

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


class ContestTermsFixed(Refusal):
    """By the first mark of a round its criteria are fixed; by the first of all, also scale, ties and prizes."""

    code = "contest-terms-fixed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Giám khảo đã cho điểm đầu tiên nên không sửa được nữa: điểm chấm theo điều đã công bố. Hãy tải lại"
                " trang để xem phần nào còn sửa được."
            )
        )


class ContestStepImpossible(Refusal):
    """Somebody else was quicker, or it is not yet its turn."""

    code = "contest-step-impossible"

    def __init__(self, state: str) -> None:
        super().__init__(
            _("Hội thi đang ở bước “%(state)s” nên không làm việc này được. Hãy tải lại trang để xem tình trạng mới.")
            % {"state": state}
        )


class MarkOutsideScale(Refusal):
    code = "contest-mark-outside-scale"

    def __init__(self, value: str, lowest: str, highest: str, step: str) -> None:
        said = _("Điểm “%(value)s” không dùng được: chấm từ %(lowest)s đến %(highest)s, mỗi nấc %(step)s.")
        super().__init__(said % {"value": value, "lowest": lowest, "highest": highest, "step": step})


class MarksMissing(Refusal):
    """Which marks are not there: entry (judge: criterion)."""

    code = "contest-marks-missing"

    def __init__(self, count: int, named: str) -> None:
        said = _(
            "Còn thiếu %(count)d điểm nên chưa xếp hạng được: %(named)s. Hãy nhắc giám khảo chấm nốt, hoặc cho giám"
            " khảo thôi chấm vòng này, có ghi lý do."
        )
        super().__init__(said % {"count": count, "named": named})


class MarksFileUnreadable(Refusal):
    """A published file of marks that was cut, changed by hand, or is another file."""

    code = "contest-marks-file-unreadable"

    def __init__(self, line: int, column: str) -> None:
        said = _("Không đọc được tệp điểm ở dòng %(line)d, cột “%(column)s”. Hãy tải lại tệp từ trang kết quả.")
        super().__init__(said % {"line": line, "column": column})


class RankingDiffers(Refusal):
    """What the file says of ranks does not follow from the marks in it."""

    code = "contest-ranking-differs"

    def __init__(self, count: int) -> None:
        super().__init__(_("Thứ hạng trong tệp không khớp với điểm trong tệp, ở %(count)d bài.") % {"count": count})
