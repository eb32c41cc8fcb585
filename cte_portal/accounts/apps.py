"""Who may sign in, and what they may do where."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cte_portal.accounts"
    label = "accounts"
