"""Files that come with an entry, before they are read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from caunoi.contests.files import LARGEST_FILE
from caunoi.contests.tests.builders import PLANNED_AT, make_world, opened
from caunoi.desk.contest_inputs import EntryForm

pytestmark = pytest.mark.django_db


class Unread(SimpleUploadedFile):
    def read(self, *_args: Any) -> bytes:
        raise AssertionError(f"{self.name} was read")


def test_a_file_that_is_too_large_is_refused_by_its_size_and_no_file_of_the_entry_is_read() -> None:
    contest = opened(make_world())
    small, large = Unread("a.pdf", b"%PDF-1.7"), Unread("b.pdf", b"%PDF-1.7")
    large.size = LARGEST_FILE + 1
    typed = {"kind": "person", "place": "Thôn 1", "name": "Vàng Thị Mỷ", "title": "Đất và người"}

    form = EntryForm(typed, MultiValueDict({"attached": [small, large]}), contest, PLANNED_AT.date())

    assert not form.is_valid()
    assert "lớn quá 20 MB" in form.errors["attached"][0]
