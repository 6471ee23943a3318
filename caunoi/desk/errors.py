"""What the pages themselves refuse, before any room is asked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import NotAllowed, NotFound, Refusal


class PageUnknown(NotFound):
    code = "page-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có trang này, hoặc tài khoản của bạn không xem được nó."))


class CannotWriteHere(NotAllowed):
    code = "cannot-write-here"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Tài khoản của bạn không được ghi cho %(unit)s. Hãy nhờ người quản trị giao vai trò người ghi.")
            % {"unit": unit}
        )


class CannotCorrectNow(Refusal):
    code = "cannot-correct-now"

    def __init__(self) -> None:
        super().__init__(_("Bản ghi này đã khóa hoặc đã rút nên không sửa được nữa. Hãy hỏi người duyệt của đơn vị."))


class CannotDecide(NotAllowed):
    code = "cannot-decide"

    def __init__(self) -> None:
        super().__init__(
            _("Hộp duyệt dành cho người duyệt và người quản lý chương trình. Tài khoản của bạn không có vai trò đó.")
        )


class AllDoubtful(Refusal):
    """Many were to be approved at once, and each has an answer that somebody should look at first."""

    code = "all-doubtful"

    def __init__(self, count: int) -> None:
        super().__init__(
            _("%(count)d bản đã chọn đều có câu trả lời ngoài quy định. Hãy mở từng bản ra xem rồi duyệt.")
            % {"count": count}
        )


class NothingChosen(Refusal):
    code = "nothing-chosen"

    def __init__(self) -> None:
        super().__init__(_("Chưa chọn bản nào. Hãy đánh dấu các bản cần duyệt rồi bấm lại."))


class FileMissing(Refusal):
    code = "file-missing"

    def __init__(self) -> None:
        super().__init__(_("Chưa chọn tệp. Hãy chọn tệp .xlsx hoặc .csv rồi nộp lại."))


class FileTooLarge(Refusal):
    code = "file-too-large"

    def __init__(self, megabytes: int) -> None:
        super().__init__(
            _("Tệp lớn hơn %(size)d MB. Hãy chia thành nhiều tệp nhỏ hơn rồi nộp từng tệp.") % {"size": megabytes}
        )


class NoUploadWaiting(Refusal):
    """Confirming a workbook that was looked over in another session, or long ago."""

    code = "no-upload-waiting"

    def __init__(self) -> None:
        super().__init__(_("Không còn sổ nào chờ xác nhận. Hãy nộp lại tệp để xem trước rồi xác nhận."))


class CannotAdminister(NotAllowed):
    code = "cannot-administer"

    def __init__(self, what: str) -> None:
        super().__init__(
            _("Tài khoản của bạn không quản trị được %(what)s. Việc này do người quản trị của cấp trên làm.")
            % {"what": what}
        )


class AuditTooLong(Refusal):
    code = "audit-too-long"

    def __init__(self, lines: int, most: int) -> None:
        super().__init__(
            _("Có %(lines)d dòng, nhiều hơn một trang tính chứa được (%(most)d). Hãy chọn CSV, hoặc lọc theo ngày.")
            % {"lines": lines, "most": most}
        )


class TooManyPeople(Refusal):
    """Names lie sealed: looking for one means to open each, which one page can't do with so many."""

    code = "too-many-people"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Hệ thống đang giữ %(count)d tên người đã niêm phong, nhiều hơn một lần tìm mở được. Hãy tìm ở trang"
                " của bản ghi hay mục trong sổ nêu người đó."
            )
            % {"count": count}
        )


class AnswerNotWhole(Refusal):
    """What was typed where a question asks how many. Taken for 0, or left out, it would be lost unseen."""

    code = "answer-not-whole"

    def __init__(self, question: str, text: str) -> None:
        said = _(
            "Câu “%(question)s”: “%(text)s” không phải số nguyên từ 0 trở lên. Hãy ghi lại, ví dụ 1200 hoặc 1.200."
        )
        super().__init__(said % {"question": question, "text": text.strip()[:40]})
