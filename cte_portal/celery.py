"""Celery carries the id of a batch from the dispatcher to a worker, and nothing else
(docs/adr/0005).
"""

import os
from typing import Any

from celery import Celery, signals

from cte_portal.checks import refuse_to_start
from cte_portal.connection import UnfitConnection, look_at_all
from cte_portal.watch import schema

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cte_portal.settings")

app = Celery("cte_portal", log="cte_portal.logs:WorkerLogging")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cte_portal.batches"])


@signals.worker_init.connect
def look_at_portal(**_: Any) -> None:
    """A worker looks at the apps and at its databases before it makes the processes that run jobs:
    they inherit no connection.
    """
    refuse_to_start()
    try:
        look_at_all()
    except UnfitConnection as unfit:
        raise SystemExit(str(unfit)) from unfit
    schema.refuse_to_start()
