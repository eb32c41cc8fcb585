"""`manage.py rules`: write docs/rules.md from the rule catalogue."""

from typing import Any

from django.conf import settings

from cte_portal.ui.command import PortalCommand
from pathways.rules.document import document


class Command(PortalCommand):
    prints_json = needs_databases = False
    help = "Write docs/rules.md from the rule catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "rules.md"
        path.write_text(document())
        self.stdout.write(f"{path} written.")
