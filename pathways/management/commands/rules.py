"""`manage.py rules`: write docs/rules.md from the rule catalogue."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pathways.rules.document import document


class Command(BaseCommand):
    help = "Write docs/rules.md from the rule catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "rules.md"
        path.write_text(document())
        self.stdout.write(f"{path} written.")
