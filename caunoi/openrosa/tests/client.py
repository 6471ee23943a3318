"""A phone as the protocol sees it: real HTTP, nothing of Django's test client."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

OPEN_ROSA = {"X-OpenRosa-Version": "1.0"}
RESPONSE = "{http://openrosa.org/http/response}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def tree(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    @property
    def error(self) -> str:
        """The sentence Collect would show; fails unless it is an error in the protocol's XML."""
        message = self.tree.find(f"{RESPONSE}message")
        assert self.tree.tag == f"{RESPONSE}OpenRosaResponse" and message is not None, self.body
        assert message.get("nature") == "error"
        return message.text or ""

    def texts(self, tag: str) -> list[str]:
        return [one.text or "" for one in self.tree.iter() if one.tag.rpartition("}")[2] == tag]


class Phone:
    """`server`: the address up to the port. `prefix` stands before formList and submission: `/key/TOKEN`."""

    def __init__(self, server: str, prefix: str = "") -> None:
        self.host = urlsplit(server).netloc
        self.prefix = prefix

    def ask(
        self, address: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = OPEN_ROSA
    ) -> Answer:
        """`address`: from the root, or whole as an answer of the server gave it."""
        parts = urlsplit(address)
        assert parts.netloc in ("", self.host), f"{address} leads to another server"
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, parts._replace(scheme="", netloc="").geturl(), body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(self.prefix + path, headers={**OPEN_ROSA, **named})

    def send(
        self,
        xml: bytes | str,
        files: Mapping[str, bytes] | None = None,
        *,
        query: str = "",
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        content = xml.encode() if isinstance(xml, str) else xml
        parts = [("xml_submission_file", "submission.xml", "text/xml", content)]
        parts += [(name, name, "image/jpeg", data) for name, data in (files or {}).items()]
        body, content_type = multipart(parts, fields or {})
        return self.ask(
            f"{self.prefix}/submission{query}",
            "POST",
            body,
            {**OPEN_ROSA, "Content-Type": content_type, **(headers or {})},
        )


def multipart(parts: list[tuple[str, str, str, bytes]], fields: Mapping[str, str] | None = None) -> tuple[bytes, str]:
    """(body, content type) of parts (name, file name, type, content), as OkHttp writes them: names in bare UTF-8."""
    boundary = uuid.uuid4().hex
    made = b""
    for name, value in (fields or {}).items():
        made += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, file_name, kind, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        made += f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
    return made + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
