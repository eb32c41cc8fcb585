"""Addresses of the Batch Queue: under the district, batches by their random id."""

from django.urls import path

from cte_portal.batches.notices import views as news_views
from cte_portal.batches.queue import views
from cte_portal.batches.statewide import views as statewide_views

QUEUE = "districts/<str:district>/<int:end_year>/batches/"
BATCH = f"{QUEUE}<uuid:batch>/"

urlpatterns = [
    path(QUEUE, views.BatchQueue.as_view(), name="batch-queue"),
    path(BATCH, views.BatchPage.as_view(), name="batch"),
    path(f"{BATCH}cancel/", views.CancelBatch.as_view(), name="batch-cancel"),
    path(f"{BATCH}keep/", views.KeepFiles.as_view(), name="batch-keep"),
    path(f"{BATCH}again/", views.RunAgain.as_view(), name="batch-again"),
    path(f"{BATCH}files/<str:role>/", views.Download.as_view(), name="batch-file"),
    path("news/", news_views.news, name="news"),
    path("news/put-away/", news_views.put_away, name="news-put-away"),
    path("opi/batches/", statewide_views.StatewideQueue.as_view(), name="statewide-queue"),
    path(
        "opi/batches/again/",
        statewide_views.RunFailedAgain.as_view(),
        name="statewide-failed-again",
    ),
    path(
        "opi/batches/<uuid:batch>/",
        statewide_views.StatewideBatch.as_view(),
        name="statewide-batch",
    ),
    path(
        "opi/batches/<uuid:batch>/cancel/",
        statewide_views.CancelStatewideBatch.as_view(),
        name="statewide-batch-cancel",
    ),
]
