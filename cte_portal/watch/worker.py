"""A worker's sign of life, as a step of its start and end."""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep

from cte_portal.watch.heartbeat import Beating
from cte_portal.watch.models import Heartbeat


class Beat(StartStopStep):
    """It beats once for each queue that it takes messages of."""

    def start(self, parent: Any) -> None:
        parent.beating = Beating(Heartbeat.Part.WORKER, sorted(parent.app.amqp.queues.consume_from))
        parent.beating.start()

    def stop(self, parent: Any) -> None:
        parent.beating.stop()

    terminate = stop
