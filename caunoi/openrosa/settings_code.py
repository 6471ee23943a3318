"""A phone's settings as Collect reads them from a QR code."""

from __future__ import annotations

import base64
import json
import zlib

import segno

from caunoi.openrosa.phone import server_address

# Big enough to be read from paper by an old camera; middle level, since paper gets folded.
SCALE = 4
ERROR_LEVEL = "m"


def encode_settings(token: str, project: str) -> str:
    """`base64(zlib(JSON))`. `project`: what Collect calls the project on the phone.

    Source: Collect's "QR code settings". `admin` must be there although nothing in it is set.
    """
    settings = {
        "general": {
            "server_url": server_address(token),
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "project": {"name": project},
        "admin": {},
    }
    content = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(content.encode(), 9)).decode()


def draw_code(text: str) -> str:
    """As SVG to stand in a page."""
    code = segno.make(text, error=ERROR_LEVEL, micro=False)
    return code.svg_inline(scale=SCALE, border=4, omitsize=True, svgclass="qr", lineclass=None)
