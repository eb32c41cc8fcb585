"""Students' work in Career & Technical Education; its records exist in both editions."""

from django.apps import AppConfig
from django.core import checks
from django.db.backends.signals import connection_created

from cte_portal.checks import TAG
from cte_portal.connection import opened
from pathways.checks import certification_answers


class PathwaysConfig(AppConfig):
    name = "pathways"
    verbose_name = "CTE pathways"

    def ready(self) -> None:
        connection_created.connect(opened, dispatch_uid="opened")
        checks.register(certification_answers, TAG)
