from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _
from django.utils.translation import override

from caunoi.desk.table_files import as_csv


def test_rows_are_in_the_readers_language_although_they_are_sent_after_the_page_is_answered() -> None:
    with override("en"):
        lines = as_csv([_("Tình trạng")], ([_("Đã duyệt")] for _number in range(2)))

    with override("vi"):
        sent = "".join(lines)

    assert list(csv.reader(io.StringIO(sent.removeprefix("\ufeff")))) == [["State"], ["Approved"], ["Approved"]]


def test_a_spreadsheet_program_takes_no_cell_for_a_formula() -> None:
    sent = "".join(as_csv(["a", "b", "c"], [["=1+1", "-2,5", "@x"]]))

    assert sent == "\ufeffa,b,c\r\n'=1+1,\"-2,5\",'@x\r\n"
