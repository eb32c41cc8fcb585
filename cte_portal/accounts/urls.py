"""Sign-in and what belongs to it: of allauth only these pages exist, nobody signs up."""

from allauth.account import views as allauth
from django.urls import path, re_path

from cte_portal.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("districts/", views.Districts.as_view(), name="districts"),
    path("session/stay/", views.stay_signed_in, name="stay-signed-in"),
    path("accounts/sign-in/", allauth.login, name="account_login"),
    path("accounts/sign-out/", allauth.logout, name="account_logout"),
    path("accounts/confirm/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/password/reset/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
