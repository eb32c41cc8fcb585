"""The frame of every page: look, navigation, formats, error pages."""

from django.apps import AppConfig
from django.core import checks

from cte_portal.checks import TAG, plugs_fit


class UiConfig(AppConfig):
    name = "cte_portal.ui"
    label = "ui"

    def ready(self) -> None:
        checks.register(plugs_fit, TAG)
