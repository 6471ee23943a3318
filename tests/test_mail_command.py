"""What the mail server's own configuration calls, and what an administrator tries first."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from caunoi.accounts.mail import make_message_id
from caunoi.accounts.models import User
from caunoi.cli.mail import mail
from caunoi.desk.notices.bounces import LETTER
from caunoi.desk.notices.models import Mailing

pytestmark = pytest.mark.django_db


def test_a_letter_that_came_back_is_read_from_standard_input() -> None:
    head = User.objects.create(username="thon", email="thon@xa.example")
    report = (
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; thu.example\n\n"
        "Final-Recipient: rfc822; thon@xa.example\nAction: failed\nStatus: 5.1.1\n\n"
        "--B\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {make_message_id(LETTER, head.pk, head.email)}\nTo: thon@xa.example\n\nChào bạn\n--B--\n"
    )

    done = CliRunner().invoke(mail, ["bounce"], input=report)

    assert done.exit_code == 0 and "không tới nơi" in done.output
    assert Mailing.objects.get(user=head).refused_because == "5.1.1"


def test_any_other_letter_is_no_failure_of_the_command() -> None:
    done = CliRunner().invoke(mail, ["bounce"], input=b"Subject: \xff khoe khong\n\nChao anh")

    assert done.exit_code == 0 and "không có gì được ghi" in done.output
