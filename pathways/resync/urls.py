"""Addresses of the way to the state: a district's resync, its comparison, and all districts'."""

from django.urls import path

from pathways.resync.views import DistrictAndState, ResyncAllDistricts, ResyncStateData

RESYNC = "districts/<str:district>/<int:end_year>/resync/"

urlpatterns = [
    path(RESYNC, ResyncStateData.as_view(), name="resync"),
    path(f"{RESYNC}compare/", DistrictAndState.as_view(), name="district-and-state"),
    path("opi/resync/", ResyncAllDistricts.as_view(), name="resync-all"),
]
