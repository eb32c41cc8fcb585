"""Addresses of notices."""

from django.urls import path

from cte_portal.batches.notices import views

urlpatterns = [
    path("news/", views.news, name="news"),
    path("news/put-away/", views.put_away, name="news-put-away"),
]
