"""People, sign-in, sessions (cte_portal/accounts)."""

from django.contrib.messages import constants as message_levels

from cte_portal.settings.environment import PRODUCTION, fernet_keys, number, yes_or_no

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cte_portal.accounts.sign_in.passwords.EasyWordValidator"},
]

ACCOUNT_ADAPTER = "cte_portal.accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "cte_portal.accounts.sign_in.forms.SignInForm",
    "reauthenticate": "cte_portal.accounts.sign_in.forms.ConfirmForm",
    "change_password": "cte_portal.accounts.sign_in.forms.ChangePasswordForm",
    "reset_password": "cte_portal.accounts.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "cte_portal.accounts.sign_in.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "cte_portal.accounts.reset_tokens.ResetTokens"  # noqa: S105 – a path
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    # What is counted for whom: cte_portal/accounts/limits.py. A state network may show 400
    # districts' clerks as one address.
    "login_failed": "5/15m/key,300/15m/ip",
    "login_failed_device": "10/15m/key",
    "login_failed_anywhere": "10/d/key",
    "code_failed": "5/15m/key",
    "code_failed_anywhere": "50/d/key",
    "proof_failed": "5/15m/key",
    "login": "600/m/ip",
    "reset_password": "200/h/ip,3/h/key",
    "reset_password_from_key": "100/m/ip",
    "change_password": "5/m/user",
    "self_answer": "30/m/ip",  # a leaver's link
    "reauthenticate": "10/m/user",
}

# Whether everybody needs an authenticator app beside the password. Codes of the half minute before
# and after count too, each once.
REQUIRE_MFA = yes_or_no("REQUIRE_MFA", PRODUCTION)
MFA_ADAPTER = "cte_portal.accounts.sign_in.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "cte_portal.accounts.sign_in.forms.SignInCodeForm",
    "reauthenticate": "cte_portal.accounts.sign_in.forms.ConfirmCodeForm",
    "activate_totp": "cte_portal.accounts.sign_in.forms.ActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "CTE Portal"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Under which keys the apps' secrets lie in the database: the first encrypts, all of them read.
MFA_KEYS = fernet_keys("MFA_KEYS")

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The kinds of `ui/banner.html`; what is not named here is shown as info.
MESSAGE_TAGS = {
    message_levels.SUCCESS: "saved",
    message_levels.WARNING: "attention",
    message_levels.ERROR: "failed",
}

DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
SESSION_ENGINE = "cte_portal.accounts.sign_in.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = int(number("SESSION_IDLE_SECONDS", 30 * 60, least=1))
SESSION_WARNING_SECONDS = int(number("SESSION_WARNING_SECONDS", 20 * 60))
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cte_portal.accounts.sign_in.middleware.sent_with_an_old_token"

# Seconds from a page to the line that says who looked at it
# (cte_portal/accounts/access/view_log.py); 0 writes nothing by itself.
VIEWS_WRITTEN_EVERY = 5
