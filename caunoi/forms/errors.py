"""What the forms room refuses."""

from __future__ import annotations

from datetime import date

from caunoi.refusals import NotAllowed, NotFound, Refusal
from caunoi.sentences import gettext as _


class FormUnknown(NotFound):
    code = "form-unknown"

    def __init__(self, form_code: str, version: str = "") -> None:
        if version:
            sentence = _("Biểu mẫu “%(form)s” không có phiên bản “%(version)s”. Hãy tải lại biểu mẫu rồi gửi lại.")
        else:
            sentence = _("Không có biểu mẫu nào mang mã “%(form)s”. Hãy kiểm tra lại mã biểu mẫu.")
        super().__init__(sentence % {"form": form_code, "version": version})
        self.form_code, self.version = form_code, version


class FormClosed(Refusal):
    code = "form-closed"

    def __init__(self, title: str, closed_on: date) -> None:
        super().__init__(
            _("Biểu mẫu “%(title)s” đã đóng từ ngày %(day)s nên không nhận thêm. Hãy hỏi người quản lý chương trình.")
            % {"title": title, "day": closed_on.strftime("%d/%m/%Y")}
        )


class FormDerived(Refusal):
    """Its records come from what the house knows itself, such as a rating that was closed."""

    code = "form-derived"

    def __init__(self, title: str) -> None:
        super().__init__(
            _("Không ai điền tay biểu mẫu “%(title)s”: nội dung lấy từ đợt chấm điểm đã chốt. Hãy mở trang Chấm điểm.")
            % {"title": title}
        )


class VersionTaken(Refusal):
    """The form's content changed but its version did not."""

    code = "form-version-taken"


class InstanceRefused(Refusal):
    """An XML that is no filled instance of the form."""

    code = "instance-refused"


class AssignmentsOverlap(Refusal):
    code = "assignments-overlap"

    def __init__(self, form_code: str, level: str) -> None:
        super().__init__(
            _("Biểu mẫu “%(form)s” có hai dòng phân công cho cấp “%(level)s” trùng ngày. Hãy sửa cột from và to.")
            % {"form": form_code, "level": level}
        )


class ExtensionNotAllowed(NotAllowed):
    """`unit`: the first of the units that the actor's roles do not reach."""

    code = "extension-not-allowed"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Bạn không gia hạn được cho “%(unit)s”. Việc này do người duyệt hoặc quản lý chương trình cấp trên làm.")
            % {"unit": unit}
        )


class ExtensionNotOwed(Refusal):
    code = "extension-not-owed"

    def __init__(self, unit: str, title: str, period: str) -> None:
        super().__init__(
            _("“%(unit)s” không phải gửi “%(title)s” cho kỳ %(period)s nên không có gì để gia hạn.")
            % {"unit": unit, "title": title, "period": period}
        )


class ExtensionTooShort(Refusal):
    """`first`, `last`: the days that may be chosen."""

    code = "extension-too-short"

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            _("Ngày gia hạn phải trong khoảng từ %(first)s đến %(last)s. Hãy chọn lại ngày.")
            % {"first": first.strftime("%d/%m/%Y"), "last": last.strftime("%d/%m/%Y")}
        )


class ExtensionReasonMissing(Refusal):
    code = "extension-reason-missing"

    def __init__(self) -> None:
        super().__init__(_("Gia hạn phải ghi lý do, để sau này còn giải thích được. Hãy ghi lý do rồi bấm lại."))
