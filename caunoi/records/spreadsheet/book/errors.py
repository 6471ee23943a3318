"""What the period's workbook refuses, beside the mistakes of its cells."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caunoi.refusals import Refusal


class BookMoved(Refusal):
    """Somebody sent or corrected records between looking the workbook over and confirming it."""

    code = "book-moved"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Số liệu đã thay đổi từ lúc bạn xem trước nên chưa ghi gì. "
                "Hãy xem lại các thay đổi dưới đây rồi xác nhận."
            )
        )
