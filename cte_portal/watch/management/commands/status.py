"""`manage.py status`: how the portal stands, for a person, a cron job or a monitoring system.

Exit code 0 when everything works, 1 when something needs attention, 2 when nobody can work.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.conf import settings

from cte_portal.ui.command import PortalCommand
from cte_portal.watch.standing import standing, verdict


class Command(PortalCommand):
    help = "Say how every part of the portal stands; exit code 0, 1 or 2."
    needs_databases = False

    def handle(self, *args: Any, **options: Any) -> None:
        readings = standing()
        level = verdict(readings)
        if options["json"]:
            parts = [
                {
                    "name": reading.name,
                    "status": reading.level.name.lower(),
                    "sentence": reading.sentence,
                    **({"figures": reading.figures} if reading.figures else {}),
                }
                for reading in readings
            ]
            summary = {"status": level.name.lower(), "version": settings.PORTAL_VERSION}
            self.stdout.write(json.dumps({**summary, "parts": parts}))
        else:
            self.stdout.write(f"CTE Portal {settings.PORTAL_VERSION}: {level.word}.")
            for reading in readings:
                self.stdout.write(f"{reading.level.word:<16} {reading.name}: {reading.sentence}")
        sys.exit(int(level))
