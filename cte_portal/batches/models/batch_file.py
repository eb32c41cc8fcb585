"""The files that a batch has made."""

from __future__ import annotations

from django.db import models

from cte_portal.batches.models.batch import Batch


class BatchFile(models.Model):
    """A finished file of a batch. The row is written with the batch's end, so that half a file is
    never offered.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(max_length=30)
    name = models.CharField("file name", max_length=160)
    stored = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "role"], name="batches_one_file_of_a_role")
        ]

    def __str__(self) -> str:
        return self.name
