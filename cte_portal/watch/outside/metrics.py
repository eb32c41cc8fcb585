"""What a monitoring system collects: how the portal stands and what is measured, in Prometheus'
text format, for who has the token. Numbers alone: no district, no person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from cte_portal.plugs import plugs
from cte_portal.watch.reading import Level, Measure
from cte_portal.watch.standing import standing, verdict

TYPE = "text/plain; version=0.0.4; charset=utf-8"
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
    return HttpResponse(text(measures()), content_type=TYPE)


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


def text(all_measures: Iterator[Measure]) -> str:
    """Lines of one name stand together, as the format wants it."""
    families: dict[str, list[Measure]] = {}
    for measure in all_measures:
        families.setdefault(measure.name, []).append(measure)
    lines = []
    for name, family in families.items():
        lines.append(f"# TYPE {PREFIX}{name} gauge")
        lines += [f"{PREFIX}{name}{_labels(measure)} {measure.value!r}" for measure in family]
    return "\n".join(lines) + "\n"


def _labels(measure: Measure) -> str:
    pairs = ",".join(f'{name}="{_safe(value)}"' for name, value in measure.labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _safe(value: str) -> str:
    return re.sub(r'[\\"\n]', " ", value)
