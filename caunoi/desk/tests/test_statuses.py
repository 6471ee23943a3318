"""What the browser's send queue concludes from the status of a refusal."""

from __future__ import annotations

from caunoi.desk.middleware import get_status
from caunoi.records.errors import DeprecatedStale, SentTwiceAtOnce


def test_what_may_be_taken_a_moment_later_is_no_refusal_to_the_queue() -> None:
    # 503: it goes on waiting. With 409 the record would be marked refused, and somebody would have to send it by hand.
    assert get_status(SentTwiceAtOnce()) == 503
    assert get_status(DeprecatedStale()) == 409
