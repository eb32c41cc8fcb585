"""What a monitoring system collects: how the portal stands, what is measured and how pages are
answered, in Prometheus' text format, for who has the token. Numbers alone: no district, no person.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cte_portal.plugs import plugs
from cte_portal.watch.outside import pages, shared
from cte_portal.watch.reading import Level, Measure
from cte_portal.watch.standing import standing, verdict

PREFIX = "cte_portal_"


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN there is no such page. A proxy's own address is no sign of trust: all
    visitors come from it.
    """
    if not settings.METRICS_TOKEN:
        raise Http404("METRICS_TOKEN is not set.")
    sent = request.headers.get("Authorization", "")
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        answer = HttpResponse("A token is needed.\n", content_type="text/plain", status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    counted = generate_latest(_counted()) + generate_latest(_standing())
    return HttpResponse(counted, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _counted() -> CollectorRegistry:
    """Pages of all processes of this web server, or of this one where it is alone."""
    if shared.VARIABLE not in os.environ:
        return pages.REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _standing() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Gauges())
    return registry


class Gauges(Collector):
    """What the portal says of itself now, as gauges."""

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for measure in measures():
            name = PREFIX + measure.name
            words = measure.name.replace("_", " ").capitalize()
            new = GaugeMetricFamily(name, f"{words}.", labels=list(measure.labels))
            families.setdefault(name, new).add_metric(list(measure.labels.values()), measure.value)
        yield from families.values()


def measures() -> Iterator[Measure]:
    readings = standing()
    yield Measure("info", 1, {"version": settings.PORTAL_VERSION})
    yield Measure("status", float(verdict(readings)))
    for reading in readings:
        yield Measure("part_status", float(reading.level), {"part": reading.name})
        for name, value in reading.figures.items():
            yield Measure(name, value, {"part": reading.name})
    if verdict(readings) is not Level.DOWN:
        for plug in plugs():
            for measured in plug.measured:
                yield from measured()
