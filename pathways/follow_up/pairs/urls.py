"""The address of students on two lists."""

from django.urls import path

from pathways.follow_up.pairs.views import FollowUpPairs

urlpatterns = [path("opi/follow-up-pairs/", FollowUpPairs.as_view(), name="follow-up-pairs")]
