"""How the portal is watched: what works, what does not, and who is told."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "cte_portal.watch"
    label = "watch"
