"""OPI's health page: what works and what waits, with a plain verdict on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.plugs import Email, only, plugs
from cte_portal.watch.models import Heartbeat
from cte_portal.watch.reading import Level
from cte_portal.watch.standing import standing, verdict

MEANS = {
    Level.GOOD: "Every part of the portal works.",
    Level.DEGRADED: "People can work. What is named below waits or is missing.",
    Level.DOWN: "People cannot work. What is named below must be mended first.",
}
BANNERS = {Level.GOOD: "saved", Level.DEGRADED: "attention", Level.DOWN: "failed"}


class PortalHealth(StatewideView, TemplateView):
    capability = Capability.SEE_LISTS
    template_name = "watch/health.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        readings = standing()
        level = verdict(readings)
        return super().get_context_data(
            readings=readings,
            banner=BANNERS[level],
            word=f"{level.word}.",
            means=MEANS[level],
            emails=self._emails(level),
            processes=Heartbeat.objects.order_by("part", "queue", "name"),
            **kwargs,
        )

    @staticmethod
    def _emails(level: Level) -> Sequence[Email] | None:
        """Not asked for while the portal's own database may be away."""
        return None if level is Level.DOWN else only(plug.posted for plug in plugs())()
