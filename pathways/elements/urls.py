"""Addresses of a district's own elements."""

from django.urls import path

from pathways.elements.views.definitions import ChangeElement, DistrictDefinedElements
from pathways.elements.views.returned_file import ElementValuesFile
from pathways.elements.views.values_file import ValuesFile

SCREEN = "districts/<str:district>/<int:end_year>/district-defined-elements/"

urlpatterns = [
    path(SCREEN, DistrictDefinedElements.as_view(), name="district-defined-elements"),
    path(f"{SCREEN}file/", ValuesFile.as_view(), name="district-defined-values"),
    path(f"{SCREEN}upload/", ElementValuesFile.as_view(), name="district-defined-values-upload"),
    path(f"{SCREEN}<int:element>/", ChangeElement.as_view(), name="district-defined-element"),
]
