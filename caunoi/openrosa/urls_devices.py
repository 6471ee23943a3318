"""The addresses phones use, with handlers of their own: whatever goes wrong there is said in the protocol's XML.

`/key/TOKEN/…` and the same without it, the token then in `?st=`. `/submission` and `/formList` are the protocol's
names; no address ends in a slash, and none is redirected.
"""

from __future__ import annotations

import re

from django.urls import URLPattern, URLResolver, include, path

import caunoi.address_parts  # noqa: F401  # the word `segment`
from caunoi.openrosa import protocol, submission

# Tried before anything of a page is: an address that no page has.
DEVICE_ADDRESS = re.compile(r"/(?:key/|formList/?$|submission/?$|forms/[^/]+/[^/]+(?:\.xml|/manifest|/media/))")


_FORM = "forms/<segment:form_id>/<segment:version>"
_addresses: list[URLPattern | URLResolver] = [
    path("formList", protocol.form_list, name="device-form-list"),
    path("submission", submission.submission, name="device-submission"),
    path(f"{_FORM}.xml", protocol.form, name="device-form"),
    path(f"{_FORM}/manifest", protocol.manifest, name="device-manifest"),
    path(f"{_FORM}/media/<segment:name>", protocol.media, name="device-media"),
    path(f"{_FORM}/media/<segment:name>/integrity", protocol.integrity, name="device-integrity"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("key/<str:token>/", include(_addresses)),
    path("", include(_addresses)),
]

handler400 = protocol.bad_request
handler403 = protocol.bad_request
handler404 = protocol.not_found
handler500 = protocol.server_error
