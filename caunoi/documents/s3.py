"""How S3-compatible storage is reached. It knows neither settings nor tables: a cluster's machines run it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

CONNECT_S, ANSWER_S, TRIES = 5, 60, 3
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Address:
    """`folder`: bucket, and what stands before every name in it, without slashes at the ends. `endpoint`: host and
    port."""

    folder: str
    endpoint: str
    scheme: str
    region: str


@dataclass(frozen=True)
class Access:
    address: Address
    key: str
    secret: str


def read_address(url: str) -> Address:
    """Of `s3://bucket/folder?endpoint=https://storage.example.vn&region=…`. Raises ValueError."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, strict_parsing=True))
    endpoint = urlsplit(given.pop("endpoint", ""))
    region = given.pop("region", DEFAULT_REGION)
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or given:
        raise ValueError(url)
    if endpoint.scheme not in ("http", "https") or not endpoint.hostname or endpoint.path.strip("/"):
        raise ValueError(url)
    return Address(f"{parts.netloc}/{parts.path.strip('/')}".strip("/"), endpoint.netloc, endpoint.scheme, region)


def connect(access: Access) -> S3FileSystem:
    """Nothing is asked of the storage yet."""
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem  # noqa: PLC0415 - 50 MB, only where asked for

    return S3FileSystem(
        access_key=access.key,
        secret_key=access.secret,
        endpoint_override=access.address.endpoint,
        scheme=access.address.scheme,
        region=access.address.region,
        connect_timeout=CONNECT_S,
        request_timeout=ANSWER_S,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )


def shorten(error: OSError) -> str:
    """What the storage itself says comes last in a sentence of several parts."""
    return str(error).splitlines()[0].rstrip(".")[-300:]
