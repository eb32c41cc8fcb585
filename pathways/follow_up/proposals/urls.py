"""Addresses of answers from elsewhere."""

from django.urls import path

from pathways.follow_up.proposals.link_views import MakeLink, OpenLink, SelfAnswer
from pathways.follow_up.proposals.views import AddElsewhere, Elsewhere
from pathways.follow_up.return_file.views import ReturnFilePage

SCREEN = "districts/<str:district>/<int:end_year>/cte-follow-up/"

urlpatterns = [
    path("answer/", SelfAnswer.as_view(), name="self-answer"),
    path("answer/<str:secret>/", OpenLink.as_view(), name="self-answer-link"),
    path(f"{SCREEN}<int:entry>/link/", MakeLink.as_view(), name="follow-up-link"),
    path(f"{SCREEN}elsewhere/", Elsewhere.as_view(), name="follow-up-elsewhere"),
    path(f"{SCREEN}elsewhere/file/", ReturnFilePage.as_view(), name="follow-up-return-file"),
    path(f"{SCREEN}<int:entry>/elsewhere/", AddElsewhere.as_view(), name="follow-up-elsewhere-add"),
]
