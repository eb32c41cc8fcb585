"""Files in a bucket of an S3-compatible store (cte_portal/settings/bucket.py). It is imported where
STORAGE_URL names one; the packages it needs are an extra.
"""

from __future__ import annotations

import datetime
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

CONNECT, READ, ATTEMPTS = 2, 10, 2
"""Seconds, and how often: who asks for a file waits no longer for a store that is away."""


class BucketStorage(S3Storage):
    """As a folder behaves: a file that is gone is told from a bucket that is, and one that was
    opened can be read.
    """

    client_config: Config

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config = self.client_config.merge(
            Config(
                connect_timeout=CONNECT,
                read_timeout=READ,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                # Checks that not every store knows; the portal keeps a digest of each file.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
        )
        # One part of 8 MB in memory at a time, whatever the file.
        self.transfer_config = TransferConfig(use_threads=False)

    def demand_bucket(self) -> None:
        """Raises what the store says where there is no bucket, or none for these keys."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def exists(self, name: str) -> bool:
        """The store says *not found* of a file that is gone and of a bucket that is."""
        if super().exists(name):
            return True
        self.demand_bucket()
        return False

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        try:
            opened: File[bytes] = super()._open(name, mode)
        except FileNotFoundError:
            self.demand_bucket()
            raise
        if "r" in mode:
            _ = opened.file  # is read now, while whoever opens it can still say that it is away
        return opened

    def get_modified_time(self, name: str) -> datetime.datetime:
        try:
            moment: datetime.datetime = super().get_modified_time(name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from None
            raise
        return moment
