"""Addresses of saved lists: they name a random id, never what a list is narrowed to."""

from django.urls import path

from cte_portal.accounts.listing.saved import (
    OpenDistrictList,
    OpenOpiList,
    RemoveDistrictList,
    RemoveOpiList,
    SaveDistrictList,
    SaveOpiList,
)

SAVED = "districts/<str:district>/<int:end_year>/saved-lists/"
OPI = "opi/saved-lists/"

urlpatterns = [
    path(SAVED, SaveDistrictList.as_view(), name="saved-lists"),
    path(f"{SAVED}<str:token>/", OpenDistrictList.as_view(), name="saved-list"),
    path(f"{SAVED}<str:token>/remove/", RemoveDistrictList.as_view(), name="saved-list-remove"),
    path(OPI, SaveOpiList.as_view(), name="opi-saved-lists"),
    path(f"{OPI}<str:token>/", OpenOpiList.as_view(), name="opi-saved-list"),
    path(f"{OPI}<str:token>/remove/", RemoveOpiList.as_view(), name="opi-saved-list-remove"),
]
