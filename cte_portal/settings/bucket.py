"""Uploaded files and results in a bucket of an S3-compatible store, where several machines have no
disk in common. The variables of its keys are those that every tool for such a store reads.
"""

from __future__ import annotations

import importlib.util
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import LOOPBACK, PRODUCTION, env

READ_AT_ONCE = 1 << 20
"""Bytes of a file that are kept in memory; a larger one is read from a temporary file."""


def bucket() -> dict[str, object]:
    """The entry of STORAGES; empty without STORAGE_URL. Raises the sentence that names what is
    wrong.
    """
    value, server = env.str("STORAGE_URL", default="").strip(), endpoint()
    if not value:
        if server:
            raise ImproperlyConfigured(
                "STORAGE_ENDPOINT is set, and STORAGE_URL is not. Set it to the bucket, like"
                " s3://cte-files"
            )
        return {}
    parts = urlsplit(value)
    if parts.scheme != "s3" or not parts.hostname or parts.netloc != parts.hostname or parts.query:
        raise ImproperlyConfigured(
            "STORAGE_URL names no bucket; set it to s3://BUCKET or s3://BUCKET/FOLDER. Keys belong"
            " in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "STORAGE_URL is set, and the packages for a bucket are not installed. Install what"
            " requirements-s3.txt names."
        )
    return {
        "BACKEND": "cte_portal.batches.store.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "endpoint_url": server or None,
            # A store of one's own seldom has a host name for each bucket.
            "addressing_style": "path" if server else "auto",
            # Without keys boto3 asks the machine's role, without a region its own files.
            "access_key": env.str("AWS_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default="") or None,
            "region_name": env.str("AWS_DEFAULT_REGION", default="") or None,
            "file_overwrite": False,
            "max_memory_size": READ_AT_ONCE,
        },
    }


def endpoint() -> str:
    """Where a store that is not Amazon's answers. Students' data do not go over an open line."""
    value = env.str("STORAGE_ENDPOINT", default="").strip().rstrip("/")
    parts = urlsplit(value)
    practice = not PRODUCTION and parts.scheme == "http" and parts.hostname in LOOPBACK
    if value and (not parts.hostname or not (parts.scheme == "https" or practice)):
        raise ImproperlyConfigured(
            f"STORAGE_ENDPOINT is {value!r}; set it to the store's address, like"
            " https://s3.example.gov"
        )
    return value
