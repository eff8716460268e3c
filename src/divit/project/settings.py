"""Django's settings, all derived from `configuration.Configuration`."""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from divit.kernel import tckn
from divit.project.configuration import Configuration

DIVIT = Configuration()  # type: ignore[call-arg]
tckn.accept_invented(DIVIT.mode == "demo")

_PACKAGE = Path(__file__).resolve().parents[1]

SECRET_KEY = DIVIT.secret_key.get_secret_value()
DEBUG = False
PUBLIC_URL = DIVIT.public_url
VALIDATION_URL = DIVIT.validation_url
SUPPORT_EMAIL = DIVIT.support_email
SUPPORT_PHONE = DIVIT.support_phone
INSTALLATION_NOTICE = DIVIT.installation_notice
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "divit.project.urls"
WSGI_APPLICATION = "divit.project.wsgi.application"

DOMAINS = [
    "identity",
    "institutions",
    "certificates",
    "applications",
    "verification",
    "payments",
    "production",
    "delivery",
    "notifications",
    "rosters",
    "scans",
    "stages",
    "webhooks",
    "connections",
    "watching",
]

INSTALLED_APPS = [
    # First, so that our templates win over those of other packages (widgets, sign-in pages).
    "divit.portal",
    "divit.console",
    "divit.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "altcha_django",
    "csp",
    "procrastinate.contrib.django",
    "divit.audit",
    *[f"divit.{domain}" for domain in DOMAINS],
    "divit.cli",
    "django.forms",
]

MIDDLEWARE = [
    "divit.project.health.Inside",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "divit.portal.middleware.NoStore",
    "divit.portal.middleware.PersonInSession",
    "divit.api.door.Door",
    "divit.portal.middleware.Gate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "divit.portal.context.everywhere",
            ],
        },
    }
]
FORM_RENDERER = "divit.portal.rendering.Renderer"

_database = urlsplit(DIVIT.database_url)
_query = dict(part.split("=", 1) for part in _database.query.split("&") if part)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_database.path.lstrip("/")),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": unquote(_query.get("host", _database.hostname or "")),
        "PORT": str(_database.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"connect_timeout": 5} | {k: unquote(v) for k, v in _query.items() if k != "host"},
    }
}
LAWS = "divit.project.laws.LAWS"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_IMPORT_PATHS = sorted(f"divit.worker.{file.stem}" for file in (_PACKAGE / "worker").glob("[a-z]*.py"))

AUTH_USER_MODEL = "identity.StaffAccount"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "divit.console.accounts.StaffAccountAdapter"
# Asked for an unknown address too, so that the page does the same work; our adapter sends nothing there.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "divit.console.account_forms.EmailForm",
    "confirm_login_code": "divit.console.account_forms.EmailCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Divit"
MFA_ADAPTER = "divit.console.accounts.StaffMfaAdapter"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "divit.console.account_forms.SecondFactorForm",
    "reauthenticate": "divit.console.account_forms.SecondFactorAgainForm",
    "activate_totp": "divit.console.account_forms.ActivateTotpForm",
    "login_webauthn": "divit.console.account_forms.SignInByKeyForm",
    "authenticate_webauthn": "divit.console.account_forms.SecondFactorKeyForm",
    "reauthenticate_webauthn": "divit.console.account_forms.KeyAgainForm",
    "add_webauthn": "divit.console.account_forms.AddKeyForm",
    "edit_webauthn": "divit.console.account_forms.NameKeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DIVIT.mode != "production"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/masa/"

LANGUAGE_CODE = "tr"
LANGUAGES = [("tr", _("Türkçe")), ("en", _("İngilizce"))]
LOCALE_PATHS = sorted([*_PACKAGE.glob("*/locale"), *_PACKAGE.glob("portal/*/locale")])
FORMAT_MODULE_PATH = ["divit.project.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"

STATIC_URL = "/static/"
STATIC_ROOT = DIVIT.build / "collected"
STATICFILES_DIRS = [DIVIT.build / "static"] if (DIVIT.build / "static").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    if DIVIT.mode != "test"
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DIVIT.mode == "test"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

_prefix = "__Host-" if DIVIT.https else ""
SESSION_COOKIE_NAME = f"{_prefix}divit-session"
CSRF_COOKIE_NAME = f"{_prefix}divit-csrf"
LANGUAGE_COOKIE_NAME = "divit-language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "divit.portal.errors.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = DIVIT.https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if DIVIT.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DIVIT.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# Files hold people's data: they stay in memory, and a larger one than this is not taken in at all (but see there).
FILE_UPLOAD_HANDLERS = ["divit.console.uploads.InMemory"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *[u for u in (DIVIT.bank_url, DIVIT.edevlet_browser_url or DIVIT.edevlet_url) if u]],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Jobs are logged when they fail; their arguments are nobody else's business.
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}

# Scanned forms are sealed under the first; the others only open what was sealed before.
SCAN_SECRETS = DIVIT.scan_secrets

# Proof-of-work captcha: its secret follows from ours, so that one secret is enough to keep.
ALTCHA_HMAC_SECRET = hashlib.sha256(b"altcha:" + SECRET_KEY.encode()).hexdigest()
