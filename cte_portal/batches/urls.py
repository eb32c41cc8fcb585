"""Addresses of the Batch Queue, of OPI's queue and of notices."""

from django.urls import include, path

urlpatterns = [
    path("", include("cte_portal.batches.queue.urls")),
    path("", include("cte_portal.batches.notices.urls")),
    path("", include("cte_portal.batches.statewide.urls")),
]
