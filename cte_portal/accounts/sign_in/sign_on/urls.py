"""Addresses of single sign-on. Where no provider is set, each answers 404."""

from django.urls import path

from cte_portal.accounts.sign_in.sign_on import views

urlpatterns = [
    path("accounts/sign-on/", views.Begin.as_view(), name="sign-on"),
    path("accounts/sign-on/invitation/", views.Invited.as_view(), name="sign-on-invitation"),
    path("accounts/sign-on/connect/", views.Connect.as_view(), name="sign-on-connect"),
    path("accounts/sign-on/confirm/", views.Confirm.as_view(), name="sign-on-confirm"),
    path("accounts/sign-on/answer/", views.Answer.as_view(), name="sign-on-answer"),
    path("accounts/sign-on/ended/", views.Ended.as_view(), name="sign-on-ended"),
]
