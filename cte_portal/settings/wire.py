"""What goes over the wire: headers, cookies, addresses."""

from csp.constants import NONE, SELF

from cte_portal.settings.environment import PRODUCTION, number, yes_or_no

# The portal stands at its host's root: a header that gunicorn believes of a proxy would lead links
# and e-mails elsewhere.
FORCE_SCRIPT_NAME = ""
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],  # and the identity provider: accounts/sign_in/sign_on/policy.py
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
BEHIND_TLS_PROXY = yes_or_no("BEHIND_TLS_PROXY", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION or BEHIND_TLS_PROXY
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Sign-in limits count the visitor's address as the outermost of our proxies saw it, not the
    # proxy's own.
    ALLAUTH_TRUSTED_PROXY_COUNT = int(number("TRUSTED_PROXIES", 1))
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
