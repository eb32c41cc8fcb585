"""Narrowing a list to a collection's days by its name, beside days that are typed."""

from __future__ import annotations

from typing import Any

from django import forms

from cte_portal.pages.days import FORMAT
from cte_portal.pages.offered import offer
from cte_portal.plugs import Season, only, plugs


class SeasonForm(forms.Form):
    season = forms.ChoiceField(required=False, label="Season")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._seasons = {season.key: season for season in only(plug.seasons for plug in plugs())()}
        choices = [
            (key, f"{season.name}, {season.first:{FORMAT}}–{season.last:{FORMAT}}")
            for key, season in self._seasons.items()
        ]
        offer(self, "season", [("", "Any days"), *choices])

    def narrowed_by_season(self, events: Any) -> Any:
        """Where both a season and days are given, what lies in both."""
        season: Season | None = self._seasons.get(self.cleaned_data["season"])
        return events.between(season.first, season.last) if season else events
