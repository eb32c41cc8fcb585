"""Static files, kept files, and files that people send."""

from pathlib import Path

from cte_portal.settings.bucket import bucket
from cte_portal.settings.data import DATABASES
from cte_portal.settings.environment import (
    BASE_DIR,
    PRODUCTION,
    RELOAD,
    VAR_DIR,
    env,
    number,
    own_folder,
)

STATIC_URL = "static/"
STATIC_ROOT = Path(
    env.str(
        "STATIC_ROOT", default=str(BASE_DIR / "staticfiles" if PRODUCTION else VAR_DIR / "static")
    )
)
if not PRODUCTION:
    own_folder(STATIC_ROOT)  # WhiteNoise warns when it is missing; the demo serves from the finders
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
if WHITENOISE_AUTOREFRESH := RELOAD:
    WHITENOISE_MAX_AGE = 0
FILE_UPLOAD_TEMP_DIR = env.str("FILE_UPLOAD_TEMP_DIR", default=None)
# Where uploaded files and results lie: a folder, or a bucket that several machines reach.
STORAGES = {
    "default": bucket()
    or {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
MEDIA_ROOT = VAR_DIR / "files"

# What one uploaded file may weigh; the embedded database is for trial and small districts.
EMBEDDED = "sqlite3" in str(DATABASES["default"]["ENGINE"])
# What is too much to be right until somebody has typed the number (ADR 0011).
ROSTER_CHANGED_PERCENT = number("ROSTER_CHANGED_PERCENT", 75)
ROSTER_ENDED_PERCENT = number("ROSTER_ENDED_PERCENT", 10)
UPLOAD_MAX_MB = int(number("UPLOAD_MAX_MB", 20 if EMBEDDED else 256, least=1))
UPLOAD_MOST_ROWS = 20_000 if EMBEDDED else None
FILE_UPLOAD_HANDLERS = ["cte_portal.pages.upload_limit.LimitedUploadHandler"]
