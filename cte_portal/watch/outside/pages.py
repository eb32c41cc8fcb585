"""How many pages people asked for, how they were answered and how long that took, for `/metrics`:
by the page's name in the URLconf, never by its address.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # before any is made: the moment of each count is no news
REGISTRY = CollectorRegistry()
"""Of this process alone; where there are several, `/metrics` adds those of all of them."""
METHODS = frozenset({"GET", "HEAD", "POST"})
STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: what feels immediate, what is noticed, and what a statement is cut off after."""

ASKED = Counter(
    "cte_portal_pages",
    "Pages that were asked for, by how they were answered.",
    ["page", "method", "status"],
    registry=REGISTRY,
)
TOOK = Histogram(
    "cte_portal_page_seconds",
    "How long pages took, without the proxy and the way to it.",
    ["page"],
    buckets=STEPS,
    registry=REGISTRY,
)


class PageMetricsMiddleware:
    """Counts nothing where there is no METRICS_TOKEN to ask with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begin = time.perf_counter()
        answer = self.get_response(request)
        match = request.resolver_match
        page = (match.view_name if match else "") or "none"
        method = request.method if request.method in METHODS else "other"
        ASKED.labels(page, method, str(answer.status_code)).inc()
        TOOK.labels(page).observe(time.perf_counter() - begin)
        return answer
