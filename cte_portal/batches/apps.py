"""The Batch Queue: work that goes on while people go on."""

from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "cte_portal.batches"
    label = "batches"
