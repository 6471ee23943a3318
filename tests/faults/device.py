"""A phone with a queue, as ODK Collect behaves: what is finished waits on the phone until the server says 201, is sent
again as a whole after anything else, goes in several requests if it has many files, and is corrected by an edit that
names what it replaces."""

from __future__ import annotations

import hashlib
import http.client
import random
from dataclasses import dataclass, field

from tests.faults.world import EVENT, FILES, MONTHLY

BOUNDARY = "ranh-gioi"


@dataclass
class Record:
    """Something finished on the phone. `files`: name -> content."""

    instance_id: str
    xml: bytes
    files: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def hashes(self) -> dict[str, str | None]:
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}


@dataclass
class Device:
    name: str
    token: str
    port: int
    chance: random.Random
    queue: list[Record] = field(default_factory=list)
    acknowledged: list[Record] = field(default_factory=list)
    answers: list[tuple[str, int, str]] = field(default_factory=list, repr=False)

    # -- what the person does -----------------------------------------------------------------------------------------

    def record_some(self, seed: int) -> None:
        for number in range(self.chance.randint(1, 3)):
            instance = f"uuid:{seed}-{self.name}-{number}"
            if self.chance.random() < 0.3:
                month = f"2024-{self.chance.randint(1, 3):02d}"
                self.queue.append(self._monthly(instance, month))
                continue
            first = self._event(instance, "")
            self.queue.append(first)
            for edit in range(self.chance.choice((0, 0, 1, 2))):
                first = self._event(f"{instance}-{edit}", first.instance_id)
                self.queue.append(first)

    def _monthly(self, instance: str, month: str) -> Record:
        # Few different numbers, so that some reports repeat what an earlier one said.
        answers = f"<ky_bao_cao>{month}-01</ky_bao_cao><so_nguoi>{self.chance.randint(1, 2)}</so_nguoi>"
        return Record(instance, self._xml(MONTHLY, answers, instance, ""))

    def _event(self, instance: str, replaces: str) -> Record:
        files = {f"anh-{i}.jpg": self.chance.randbytes(self.chance.choice((10, 3000))) for i in range(FILES)}
        files = dict(list(files.items())[: self.chance.randint(0, FILES)])
        answers = (
            f"<ngay>2024-02-{self.chance.randint(1, 28):02d}</ngay><so_nguoi>{self.chance.randint(1, 99)}</so_nguoi>"
        )
        answers += "".join(f"<anh_{name[4]}>{name}</anh_{name[4]}>" for name in files)
        return Record(instance, self._xml(EVENT, answers, instance, replaces), files)

    def _xml(self, form: str, answers: str, instance: str, replaces: str) -> bytes:
        deprecated = f"<deprecatedID>{replaces}</deprecatedID>" if replaces else ""
        meta = f"<meta><instanceID>{instance}</instanceID>{deprecated}</meta>"
        return f'<data id="{form}" version="1">{answers}{meta}</data>'.encode()

    # -- what the phone does ------------------------------------------------------------------------------------------

    def send_all(self) -> None:
        """Tries each in the queue once, in order. What fails stays; the next one is tried all the same."""
        for record in list(self.queue):
            if self._send(record):
                self.queue.remove(record)
                self.acknowledged.append(record)

    def _send(self, record: Record) -> bool:
        if self.chance.random() < 0.2 and self._ask("HEAD", {}) != 204:
            return False
        parts = [record.files]
        if len(record.files) > 1 and self.chance.random() < 0.5:
            names = list(record.files)
            parts = [{name: record.files[name] for name in half} for half in (names[:1], names[1:])]
        for number, files in enumerate(parts):
            content = {"xml_submission_file": record.xml, **files}
            if number < len(parts) - 1:
                content["*isIncomplete*"] = b"yes"
            if self._ask("POST", content) != 201:
                return False
        return True

    def _ask(self, method: str, content: dict[str, bytes]) -> int:
        """The status; 0 if the line broke."""
        body = b"".join(_part(name, value) for name, value in content.items()) + f"--{BOUNDARY}--\r\n".encode()
        headers = {"X-OpenRosa-Version": "1.0", "Connection": "close"}
        if content:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            address = f"/key/{self.token}/submission?deviceID={self.name}"
            line.request(method, address, body if content else None, headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()
        self.answers.append((method, answer.status, said.decode()))
        return answer.status


def _part(name: str, value: bytes) -> bytes:
    if name == "*isIncomplete*":
        return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
    kind = "text/xml" if name == "xml_submission_file" else "image/jpeg"
    file = "submission.xml" if name == "xml_submission_file" else name
    named = f'Content-Disposition: form-data; name="{name}"; filename="{file}"'
    head = f"--{BOUNDARY}\r\n{named}\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + value + b"\r\n"
