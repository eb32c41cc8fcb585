"""Districts and school years for the portal's frame (Plug.directory)."""

from collections.abc import Collection

from pathways.models import District, SchoolYear


class Directory:
    """Districts and school years as text and numbers; each question is one query."""

    @staticmethod
    def districts(numbers: Collection[str] | None) -> list[tuple[str, str]]:
        """(number, name) in order of number; None asks for every district."""
        districts = District.objects.order_by("number")
        if numbers is not None:
            districts = districts.filter(number__in=numbers)
        return list(districts.values_list("number", "name"))

    @staticmethod
    def school_years() -> list[tuple[int, bool]]:
        """(end year, whether it is the active one), newest first."""
        return list(SchoolYear.objects.order_by("-end_year").values_list("end_year", "is_active"))
