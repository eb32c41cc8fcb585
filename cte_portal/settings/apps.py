"""The site: its secret, hosts, apps, middleware, templates, and how the apps meet (docs/adr/0012)."""

import contextlib
import os
import secrets
import tempfile

from django.core.exceptions import ImproperlyConfigured

from cte_portal.settings.environment import (
    BASE_DIR,
    PRODUCTION,
    RELOAD,
    VAR_DIR,
    env,
    needed,
    own_folder,
)


def demo_secret() -> str:
    """The demo's own secret key: made once for each `var/`, never a value that other installations
    share. It is written aside and then linked to its name, so that processes which start together
    read the same whole key.
    """
    path = own_folder(VAR_DIR) / "secret_key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=VAR_DIR) as aside:
            aside.write(secrets.token_urlsafe(50))
            aside.flush()
            with contextlib.suppress(FileExistsError):
                os.link(aside.name, path)
    return path.read_text()


SECRET_KEY = (
    env.str("SECRET_KEY", default="")
    if PRODUCTION
    else env.str("SECRET_KEY", default="") or demo_secret()
)
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY needs 50 characters or more of its own; make one with `openssl rand -base64"
        " 48`."
    )

ALLOWED_HOSTS = [
    host.strip()
    for host in needed(
        "ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Name the portal's own hosts, separated by commas.",
    ).split(",")
]
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is *; name the portal's own hosts.")

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "csp",
    "django_htmx",
    "cte_portal.ui",
    "cte_portal.accounts",
    "cte_portal.batches",
    "cte_portal.watch",
    "pathways",
    "certification",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cte_portal.watch.outside.live.LiveMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cte_portal.watch.outside.pages.PageMetricsMiddleware",
    "cte_portal.ui.middleware.CompressedPagesMiddleware",
    "cte_portal.accounts.sign_in.sign_on.policy.PolicyMiddleware",
    "cte_portal.ui.middleware.ResponseHeadersMiddleware",
    "cte_portal.ui.middleware.MethodsMiddleware",
    "cte_portal.pages.upload_limit.UploadLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cte_portal.accounts.sign_in.middleware.IdleTimeoutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cte_portal.accounts.sign_in.middleware.SecondFactorMiddleware",
    "cte_portal.accounts.sign_in.sign_on.middleware.SignOnMiddleware",
    "cte_portal.watch.service.middleware.ServiceMiddleware",
    "cte_portal.ui.too_many.TooManyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "cte_portal.urls"
WSGI_APPLICATION = "cte_portal.wsgi.application"

TEMPLATE_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cte_portal.ui.context.portal",
            ],
            "loaders": (
                TEMPLATE_LOADERS
                if RELOAD
                else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)]
            ),
            "debug": RELOAD,  # an error in a template names the file and line
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "ui/table.html"

PORTAL_PLUGS = [
    "cte_portal.accounts.plug.PLUG",
    "cte_portal.batches.plug.PLUG",
    "cte_portal.watch.plug.PLUG",
    "pathways.plug.PLUG",
    "certification.plug.PLUG",
]
PORTAL_CERTIFIED = "certification.answers.ANSWERS"

SILENCED_SYSTEM_CHECKS: list[str] = []
