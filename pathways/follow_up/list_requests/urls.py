"""Addresses of requests about a list, and of OPI's list of them."""

from django.urls import path

from pathways.follow_up.list_requests.views import (
    AskToAdd,
    AskToRemove,
    ListRequestInbox,
    OneListRequest,
)

SCREEN = "districts/<str:district>/<int:end_year>/cte-follow-up/"

urlpatterns = [
    path(f"{SCREEN}requests/add/", AskToAdd.as_view(), name="follow-up-request-add"),
    path(
        f"{SCREEN}requests/<int:list_request>/",
        OneListRequest.as_view(),
        name="follow-up-request",
    ),
    path(
        f"{SCREEN}<int:entry>/ask-to-remove/",
        AskToRemove.as_view(),
        name="follow-up-request-remove",
    ),
    path("opi/follow-up-requests/", ListRequestInbox.as_view(), name="follow-up-requests"),
]
