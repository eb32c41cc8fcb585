"""The frame of every page: look, navigation, formats, error pages."""

import gc

from django.apps import AppConfig
from django.core import checks

from cte_portal.checks import TAG, plugs_fit


class UiConfig(AppConfig):
    name = "cte_portal.ui"
    label = "ui"

    def ready(self) -> None:
        """Django calls it when all models are loaded."""
        checks.register(plugs_fit, TAG)
        gc.freeze()  # what is loaded stays; the processes that a server forks share its memory
        gc.enable()
