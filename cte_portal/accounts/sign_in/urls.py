"""Addresses of sign-in and of a person's own security: of allauth only these pages exist, nobody
signs up.
"""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import path, re_path

from cte_portal.accounts.sign_in.security_pages import (
    Activate,
    ChangePassword,
    Deactivate,
    NewPassword,
    NewRecoveryCodes,
    Security,
    SignIn,
    proved,
    readable,
)
from cte_portal.accounts.sign_in.sign_on.views import SignOut

urlpatterns = [
    path("accounts/sign-in/", SignIn.as_view(), name="account_login"),
    path("accounts/sign-out/", SignOut.as_view(), name="account_logout"),
    path("accounts/confirm/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/security/", Security.as_view(), name="mfa_index"),
    path("accounts/security/app/", proved(Activate.as_view()), name="mfa_activate_totp"),
    path("accounts/security/app/remove/", proved(Deactivate.as_view()), name="mfa_deactivate_totp"),
    path(
        "accounts/security/recovery-codes/",
        proved(readable(recovery_codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/security/recovery-codes/new/",
        proved(readable(NewRecoveryCodes.as_view())),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/security/recovery-codes/file/",
        proved(readable(recovery_codes.download_recovery_codes)),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/password/", ChangePassword.as_view(), name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/sent/",
        allauth.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
