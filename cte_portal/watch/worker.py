"""A worker's sign of life, given by the processes that run its jobs.

The process above them must not know a database: it makes a new one of them whenever one dies, and a
copy made while a thread writes to SQLite takes the lock of that write for its own and waits for it
for ever (tests/live/test_faults.py).
"""

from __future__ import annotations

import os
from typing import Any

from celery import signals

from cte_portal.celery import app
from cte_portal.watch.heartbeat import Beating
from cte_portal.watch.models import Heartbeat

_beating: list[Beating] = []


def begin(**_: Any) -> None:
    """It beats once for each queue that its worker takes messages of, in the worker's name."""
    queues = sorted(app.amqp.queues.consume_from)
    _beating.append(Beating(Heartbeat.Part.WORKER, queues, process=os.getppid()))
    _beating[-1].start()


def end(**_: Any) -> None:
    """Where several run the jobs of a worker, the others' next beat brings the row back."""
    while _beating:
        _beating.pop().stop()


def connect() -> None:
    """Called when a worker reads its tasks."""
    signals.worker_process_init.connect(begin, weak=False, dispatch_uid="heartbeat")
    signals.worker_process_shutdown.connect(end, weak=False, dispatch_uid="heartbeat")
