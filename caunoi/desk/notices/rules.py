"""What a mail server's refusal means for the address a letter went to."""

from __future__ import annotations

# The server is about to go away: nobody else's letter would go out now.
CLOSING = 421
# No such mailbox, not accepted here. Everything else may be over tomorrow.
_FOR_GOOD = frozenset({550, 551, 553, 554})
# The server's own reason behind the number (RFC 3463): a full mailbox, a fault of the system, what the letter holds, or
# a rule about who may send. A server that was told a wrong password refuses every address so, and one day takes them.
_NOT_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")
# No such mailbox or domain, or a mailbox that was closed.
_THE_ADDRESS = ("5.1.", "5.2.1")
# The server's system, or its rules about who may send.
_THE_SERVER = ("4.3.", "4.7.", "5.3.", "5.7.")


def is_for_good(code: int, said: str, *, after_data: bool) -> bool:
    """Whether the address itself was refused, so that no further letter is worth sending. `after_data`: the server had
    taken the address and refused the whole letter, which is about its text unless it says otherwise."""
    if code not in _FOR_GOOD:
        return False
    if after_data:
        return said.startswith(_THE_ADDRESS)
    return not said.startswith(_NOT_THE_ADDRESS)


def is_of_the_server(said: str) -> bool:
    """Whether a refusal is about who sends, or about the server itself, so that everybody's letters meet it."""
    return said.startswith(_THE_SERVER)


def came_back_for_good(status: str) -> bool:
    """`status`: what another server gave as reason (RFC 3463) when it brought a letter back later. Only what it says of
    the mailbox itself; a letter may also come back because the mailbox was full for days, or taken for spam."""
    return status.startswith(_THE_ADDRESS)
