"""`health/ready`: whether the portal can serve, that is, what it needs answers. Without sign-in or
secrets.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.generic import View

from cte_portal.watch.reading import Level
from cte_portal.watch.standing import names_at, standing


@method_decorator(login_not_required, name="dispatch")
class Health(View):
    """For a load balancer, a container engine, or whoever watches."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        readings = standing()
        absent = names_at(readings, Level.DOWN)
        return JsonResponse(
            {
                "ready": not absent,
                "missing": absent,
                "degraded": names_at(readings, Level.DEGRADED),
                "version": settings.PORTAL_VERSION,
            },
            status=503 if absent else 200,
            headers={"Cache-Control": "no-store"},
        )
