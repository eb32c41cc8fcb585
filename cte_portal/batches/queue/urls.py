"""Addresses of a district's Batch Queue; a batch is named by its random id."""

from django.urls import path

from cte_portal.batches.queue import views
from cte_portal.batches.queue.page import BatchQueue, BatchQueueFile

QUEUE = "districts/<str:district>/<int:end_year>/batches/"
BATCH = f"{QUEUE}<uuid:batch>/"

urlpatterns = [
    path(QUEUE, BatchQueue.as_view(), name="batch-queue"),
    path(f"{QUEUE}file/<str:form>/", BatchQueueFile.as_view(), name="batch-queue-file"),
    path(BATCH, views.BatchPage.as_view(), name="batch"),
    path(f"{BATCH}cancel/", views.CancelBatch.as_view(), name="batch-cancel"),
    path(f"{BATCH}keep/", views.KeepFiles.as_view(), name="batch-keep"),
    path(f"{BATCH}again/", views.RunAgain.as_view(), name="batch-again"),
    path(f"{BATCH}files/<str:role>/", views.Download.as_view(), name="batch-file"),
]
