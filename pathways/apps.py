"""What students do in Career & Technical Education; its records exist in both editions."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from cte_portal.editions import prepare


class PathwaysConfig(AppConfig):
    name = "pathways"
    verbose_name = "CTE pathways"

    def ready(self) -> None:
        connection_created.connect(prepare, dispatch_uid="prepare")
