"""Celery carries the id of a batch from the dispatcher to a worker, and nothing else (docs/adr/0005)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cte_portal.settings")

app = Celery("cte_portal", log="cte_portal.logs:WorkerLogging")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cte_portal.batches"])
