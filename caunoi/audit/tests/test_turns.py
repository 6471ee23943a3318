"""On SQLite one transaction writes at a time; the others stand in line."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from caunoi.audit.clock import current_number, take_numbers

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 400


def write() -> None:
    with transaction.atomic():
        take_numbers(1)


def test_who_writes_once_comes_in_between_those_who_write_all_the_time() -> None:
    begun, done = threading.Event(), threading.Event()
    written = 0

    def write_on_and_on() -> None:
        nonlocal written
        try:
            while written < MANY and not done.is_set():
                write()
                written += 1
                begun.set()
        finally:
            connection.close()

    busy = threading.Thread(target=write_on_and_on)
    busy.start()
    assert begun.wait(30)
    before = written
    write()
    waited = written - before
    done.set()
    busy.join()

    assert waited < 50, "the other one wrote again and again before we had our turn"


def test_a_failed_transaction_gives_its_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take_numbers(1)
        raise ZeroDivisionError

    other = threading.Thread(target=lambda: (write(), connection.close()))  # type: ignore[func-returns-value]
    other.start()
    other.join(30)

    assert not other.is_alive()
    assert current_number() == 1


def test_a_connection_that_is_closed_in_the_middle_gives_its_turn_back() -> None:
    def begin_and_close() -> None:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        connection.close()

    first = threading.Thread(target=begin_and_close)
    first.start()
    first.join(30)

    write()

    assert current_number() == 1
