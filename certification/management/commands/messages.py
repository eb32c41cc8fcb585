"""`manage.py messages`: write docs/messages.md, the table of every refusal and finding by its id."""

from typing import Any

from django.conf import settings

from certification.sentences import document
from cte_portal.ui.command import PortalCommand


class Command(PortalCommand):
    prints_json = needs_databases = False
    help = "Write docs/messages.md from the source."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "messages.md"
        path.write_text(document())
        self.stdout.write(f"{path} written.")
