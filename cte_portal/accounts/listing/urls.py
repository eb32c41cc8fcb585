"""Addresses of saved lists: they name a random id, never what a list is narrowed to."""

from django.urls import path

from cte_portal.accounts.listing.saved import OpenSavedList, RemoveSavedList, SaveList

SAVED = "districts/<str:district>/<int:end_year>/saved-lists/"

urlpatterns = [
    path(SAVED, SaveList.as_view(), name="saved-lists"),
    path(f"{SAVED}<str:token>/", OpenSavedList.as_view(), name="saved-list"),
    path(f"{SAVED}<str:token>/remove/", RemoveSavedList.as_view(), name="saved-list-remove"),
]
