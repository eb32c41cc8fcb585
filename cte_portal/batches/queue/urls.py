"""Addresses of a district's Batch Queue; a batch is named by its random id."""

from django.urls import path

from cte_portal.batches.queue import views

QUEUE = "districts/<str:district>/<int:end_year>/batches/"
BATCH = f"{QUEUE}<uuid:batch>/"

urlpatterns = [
    path(QUEUE, views.BatchQueue.as_view(), name="batch-queue"),
    path(BATCH, views.BatchPage.as_view(), name="batch"),
    path(f"{BATCH}cancel/", views.CancelBatch.as_view(), name="batch-cancel"),
    path(f"{BATCH}keep/", views.KeepFiles.as_view(), name="batch-keep"),
    path(f"{BATCH}again/", views.RunAgain.as_view(), name="batch-again"),
    path(f"{BATCH}files/<str:role>/", views.Download.as_view(), name="batch-file"),
]
