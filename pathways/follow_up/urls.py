"""Addresses of the follow-up of leavers: the year in them is the one in which they left."""

from django.urls import path

from pathways.follow_up.differences.page import Differences
from pathways.follow_up.views.drawn import DrawList
from pathways.follow_up.views.list_page import LeaverList

SCREEN = "districts/<str:district>/<int:end_year>/cte-follow-up/"

urlpatterns = [
    path(f"{SCREEN}differences/", Differences.as_view(), name="follow-up-differences"),
    path(f"{SCREEN}draw/", DrawList.as_view(), name="follow-up-draw"),
    path(f"{SCREEN}list/", LeaverList.as_view(), name="follow-up-list"),
]
