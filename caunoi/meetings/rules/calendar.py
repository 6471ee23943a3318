"""One meeting as a calendar file, iCalendar of RFC 5545: seven properties of one event.

Written here because that is all of the format that is needed: no recurrence, no alarms, and no zones, as moments are in
UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

# RFC 5545, 3.1: octets in a line, without its end.
LONGEST_LINE = 75
MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Invitation:
    """`uid` stays the same when the meeting changes, `sequence` grows: calendars then move the entry they have."""

    uid: str
    sequence: int
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    location: str
    description: str
    address: str
    cancelled: bool = False


def write_calendar(one: Invitation) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Cau Noi//Meetings//VI",
        f"METHOD:{'CANCEL' if one.cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{escape(one.uid)}",
        f"SEQUENCE:{one.sequence}",
        f"DTSTAMP:{_moment(one.made_at)}",
        f"DTSTART:{_moment(one.starts_at)}",
        f"DTEND:{_moment(one.ends_at)}",
        f"SUMMARY:{escape(one.title)}",
        *([f"LOCATION:{escape(one.location)}"] if one.location else []),
        *([f"DESCRIPTION:{escape(one.description)}"] if one.description else []),
        # An address is a URI, not TEXT: nothing in it is escaped.
        f"URL:{one.address}",
        f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(fold_line(line) + "\r\n" for line in lines).encode()


def escape(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11. Control characters other than tab and line ends are not allowed in it: left out."""
    kept = "".join(sign for sign in text if sign in "\t\r\n" or (sign >= " " and sign != "\x7f"))
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        kept = kept.replace(plain, written)
    return kept


def fold_line(line: str) -> str:
    """Lines of at most 75 octets, the further ones begun by a blank; no character of UTF-8 is cut in two."""
    parts: list[str] = []
    part, size = "", 0
    for sign in line:
        width = len(sign.encode())
        # The blank that begins a further line counts as one of its octets.
        if size + width > LONGEST_LINE - (1 if parts else 0):
            parts.append(part)
            part, size = "", 0
        part, size = part + sign, size + width
    return "\r\n ".join([*parts, part])


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
