"""What each page that is posted to tells the audit, and why some tell nothing.

The list is held against the addresses of the product, and against what the pages do in all tests: `conftest.py` lets a
page that changes a row and tells nothing fail whichever test has opened it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from caunoi.audit.models import AuditLine

# The things of `desk/audit_words.py` that a line is about (one of them, if there are several) -> names of addresses.
TELLS = {
    "session": "sign-in mfa_authenticate mfa_login_webauthn sign-out account-sessions-end",
    "invitation": "invitation invitation-new invitation-step",
    "user": "account-password user-new",
    "second-factor": "mfa_edit_webauthn",
    "notice": "notices-choose notices-try notices-off",
    "submission": (
        "fill-submit submission-resubmit submission-approve submission-return submission-withdraw submission-lock "
        "submission-unlock submission-seen approve-many import workbook-confirm"
    ),
    "form": "extension-new",
    "target": "target",
    "view": "view-save view-change view-delete view-restore",
    "dashboard": (
        "dashboards dashboard-first-page dashboard-change dashboard-delete dashboard-restore tile-add tile-change"
    ),
    "campaign": "campaigns campaign-edit campaign-take-back",
    "entity": (
        "register-problem-decide register-new register-merge register-entity-edit register-entity-stage "
        "register-entity-move register-entity-decide"
    ),
    "register": "register-review",
    "person": (
        "register-person register-person-file personal-find personal-record personal-record-file personal-overdue "
        "personal-person personal-person-file"
    ),
    "release": "release-new release-withdraw",
    "report": "report-new report-batch report-step report-again report-upload report-signer report-issue",
    "report-template": "used-template",
    "report-layout": "report-layouts",
    "document": "document-new deadline-done document-edit document-withdraw",
    "rating": "ratings rating-round rating-round-step rating rating-step",
    "criterion": "criteria-unit",
    "award": "award-dossier-new award-papers award-all-papers award-papers-zip award-step",
    "disclosure": "work-step",
    "meeting": (
        "meeting-new matter-step meeting-edit meeting-attendance meeting-topic meeting-topic-remove matter-new "
        "meeting-step"
    ),
    "meeting submission": "meeting-record",
    "contest": ("contest-new contest-edit contest-terms contest-judges contest-entry-new contest-step contest-marks"),
    "training": "training-new training-edit training-attendance",
    "training person award": "training-step",
    "places": "succession-new",
    "reorganisation": (
        "reorganisation-new reorganisation-change reorganisation-step reorganisation-step-remove "
        "reorganisation-upload reorganisation-drop reorganisation-apply reorganisation-undo"
    ),
    "access": "place-access",
    "user role sign-in second-factor session": "user",
    "outside": "user-outside",
    "role": "role-end",
    "breach": "breach-new breach",
    "app-user": "device-new device-revoke",
    "held": "held-place held-aside",
    "pack": "packs",
    "criteria_set": "criteria-parts",
}
# allauth tells of these once their change stands: `config/wiring.py`.
TELLS_AFTERWARDS = {
    "second-factor": (
        "mfa_activate_totp mfa_deactivate_totp mfa_generate_recovery_codes mfa_add_webauthn mfa_remove_webauthn"
    ),
}
TELLS_NOTHING = {
    "account_reauthenticate": "the session remembers that one is still oneself",
    "mfa_reauthenticate": "the session remembers that one is still oneself",
    "mfa_reauthenticate_webauthn": "the session remembers that one is still oneself",
    "mfa_view_recovery_codes": "shows; the codes were made, and told of, with the second factor",
    "outside-begin": "leads to the other office; signing in is told on the way back",
    "set-language": "a cookie",
    "signed-in": "shows that one is",
    "notices-read": "changes nothing that anybody else goes by",
    "notices-server": "asks the mail server; the outage keeps from when to when it lasted",
    "workbooks": "shows what a workbook would change; confirming it is told",
    "report-templates": "checks a file and keeps nothing",
    "report-verify": "checks a file and keeps nothing",
    "verify": "checks a file and keeps nothing",
    "work-letters": "writes a file; that its names were read is told",
    "attend-turns": "visitors count themselves without an account; the meeting's closing is told with the number",
}
# What a session leaves behind is told as `session.begin`, `session.end` and `sign-in.pause`.
SESSIONS = {"django_session", "usersessions_usersession", "accounts_failedsignins"}

# What tells that somebody has read about people: on a page, in a file, among what was found, on paper.
READINGS = (".read", ".export", ".search", ".person-file", ".print")

CHANGES_ROWS = re.compile(r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "?(\w+)', re.IGNORECASE)


def find_things(address: str) -> Collection[str]:
    """What a line of this address may be about; nothing where none is due."""
    return {thing for things, names in TELLS.items() if address in names.split() for thing in things.split()}


class Watch:
    """Tables in which rows were changed meanwhile (a wrapper around the connection's statements)."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        found = CHANGES_ROWS.match(sql)
        # SQLite does not count what an INSERT with RETURNING has written.
        if found and (context["cursor"].rowcount or "INSERT" in sql[:8].upper()):
            self.tables.add(found[1])
        return answer


def check_told(address: str, tables: Collection[str], actions: Collection[str]) -> None:
    """Fails if a page, answering a request well, changed rows and wrote no line about what it is said to tell of."""
    changed = {one for one in tables if not one.startswith("audit_")} - SESSIONS
    silent = {*TELLS_NOTHING, *" ".join(TELLS_AFTERWARDS.values()).split()}
    if not changed or address in silent:
        return
    assert actions, f"the page {address} changes {sorted(changed)} and tells the audit nothing"
    things, told = find_things(address), {one.partition(".")[0] for one in actions}
    assert not things or things & told, f"the page {address} tells of {told}; audited_pages.py says {things}"


class CountedCipher:
    """Stands in for the vault's cipher, and counts what was opened."""

    opened = 0
    generate_key = staticmethod(AESSIV.generate_key)

    def __init__(self, key: bytes) -> None:
        self.encrypt, self._open = AESSIV(key).encrypt, AESSIV(key).decrypt

    def decrypt(self, closed: bytes, about: list[bytes] | None) -> bytes:
        CountedCipher.opened += 1
        return self._open(closed, about)


def check_reading_told(address: str, reader: int | None, told: Collection[str], lines: Iterable[AuditLine]) -> None:
    """Fails if a page has opened what is sealed about people, to show it (`told` is empty: it did nothing with it), and
    no line says that its reader reads such. `lines`: all of the test, as a reading is told once a day."""
    read = {line.actor_id for line in lines if line.action.endswith(READINGS)}
    assert told or reader in read, f"the page {address} opens what is said about people and tells the audit nothing"


def list_posted(patterns: Any = None) -> Iterator[str]:
    """Names of all addresses that take a POST."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from list_posted(one.url_patterns)
        elif isinstance(one, URLPattern) and takes_post(one.callback):
            yield str(one.name)


def takes_post(view: Any) -> bool:
    """Its class has `post`, or the decorator that lists its methods lists it; whatever lists none takes all."""
    while view is not None:
        if (made_of := getattr(view, "view_class", None)) is not None:
            return hasattr(made_of, "post")
        cells = dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
        if "request_method_list" in cells:
            return "POST" in cells["request_method_list"].cell_contents
        view = getattr(view, "__wrapped__", None)
    return True
