"""What the documents room refuses, and what it asks about."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.documents.rules.questions import Question
from caunoi.refusals import NotAllowed, NotFound, Refusal


class DocumentFileRefused(Refusal):
    """A file that isn't kept: a program, of a kind nobody reads here, too large, broken, with macros."""

    code = "document-file-refused"


class StorageUnreachable(Refusal):
    """The object storage that `CAUNOI_STORAGE_URL` names gives no answer, or refuses ours."""

    code = "storage-unreachable"


class StoredFileMissing(Refusal):
    """Bytes that a record names are neither on this machine nor in the object storage, or are damaged there."""

    code = "stored-file-missing"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            _(
                "Tệp %(name)s… không có trên máy này và không có (hoặc đã hỏng) trong kho lưu trữ."
                " Hãy lấy lại từ bản sao lưu."
            )
            % {"name": sha256[:16]}
        )


class DocumentUnknown(NotFound):
    code = "document-unknown"

    def __init__(self) -> None:
        super().__init__(_("Không có văn bản này trong sổ, hoặc bạn không được xem nó."))


class DocumentNotYours(NotAllowed):
    """Writing in the register of a unit without a role that keeps it."""

    code = "document-not-yours"

    def __init__(self, unit: str) -> None:
        super().__init__(
            _("Tài khoản của bạn không ghi được sổ văn bản của %(unit)s. Hãy nhờ người quản trị giao vai trò.")
            % {"unit": unit}
        )


class DocumentInvalid(Refusal):
    """An entry that cannot stand; the sentence says which part and why."""

    code = "document-invalid"


class DocumentMoved(Refusal):
    """Corrected or withdrawn by somebody else meanwhile."""

    code = "document-moved"

    def __init__(self) -> None:
        super().__init__(_("Văn bản này vừa được người khác sửa hoặc rút. Hãy mở lại để xem bản mới rồi sửa tiếp."))


class DocumentQuestioned(Refusal):
    """Unusual, but possible: whoever enters it says that it is so (`confirmed`)."""

    code = "document-questioned"

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(" ".join(question.sentence for question in questions))
        self.questions = tuple(questions)
