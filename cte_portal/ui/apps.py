"""The frame of every page: look, navigation, formats, error pages."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "cte_portal.ui"
    label = "ui"
