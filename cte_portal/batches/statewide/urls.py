"""Addresses of OPI's Batch Queue of all districts."""

from django.urls import path

from cte_portal.batches.statewide import views

BATCHES = "opi/batches/"

urlpatterns = [
    path(BATCHES, views.StatewideQueue.as_view(), name="statewide-queue"),
    path(f"{BATCHES}again/", views.RunFailedAgain.as_view(), name="statewide-failed-again"),
    path(f"{BATCHES}<uuid:batch>/", views.StatewideBatch.as_view(), name="statewide-batch"),
    path(
        f"{BATCHES}<uuid:batch>/cancel/",
        views.CancelStatewideBatch.as_view(),
        name="statewide-batch-cancel",
    ),
]
