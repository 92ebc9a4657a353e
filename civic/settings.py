"""Every setting, read top to bottom. What may differ between two machines comes from the environment.

`civic/README.md` lists every variable with its default and what it is for.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from civic.logs import logging_settings
from civic.schedule import Every

env = environ.FileAwareEnv()

# --- Places on disk -----------------------------------------------------------------------------------------------
BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")
DATA_DIR = env.path("DATA_DIR", default=str(BASE_DIR / ".data"))
DATA_DIR = Path(str(DATA_DIR))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- The site -----------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_NAME = env.str("SITE_NAME", default="Civic Report")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip(
    "/"
)  # in mails, and in photo addresses sent to bodies
if urlsplit(SITE_URL).scheme not in ("http", "https") or not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured(f"SITE_URL is not an http or https address: {SITE_URL!r}")
SITE_CONTACT = env.str("SITE_CONTACT", default="")
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])  # where weaknesses are reported: /.well-known/security.txt
if not all(re.fullmatch(r"(https://|mailto:|tel:)[!-~]+", address) for address in SECURITY_CONTACT):
    raise ImproperlyConfigured("SECURITY_CONTACT takes addresses that begin with https://, mailto: or tel:")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "civic.urls"
WSGI_APPLICATION = "civic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "reports.apps.ReportsConfig",
    "civic.apps.CivicAdminConfig",  # no autodiscovery: `leaflet.admin` imports GeoDjango, which needs GDAL
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "leaflet",
    "csp",
]

MIDDLEWARE = [
    "civic.middleware.RequestContext",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "civic.compression.Compression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "civic.middleware.PersonalPages",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "reports.templatetags.context.site",
                "csp.context_processors.nonce",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- Database -----------------------------------------------------------------------------------------------------
# WAL lets readers go on while one writes; IMMEDIATE takes the write lock when a transaction begins, so that a
# claim waits its turn instead of failing with "database is locked" in the middle. synchronous=FULL, because with
# NORMAL a power cut may undo what a resident was told is saved (https://www.sqlite.org/pragma.html#pragma_synchronous).
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A database that is away is said at once, and not after the two minutes that TCP tries.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    # The server keeps what it has parsed; filling values in here was a fifteenth of what a sending costs a worker.
    DATABASES["default"]["OPTIONS"]["server_side_binding"] = True
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# --- Celery: a message is only a wake-up, so losing one loses nothing ---------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL.startswith("filesystem:"):
    _broker = DATA_DIR / "broker"
    for _folder in ("queue", "processed", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY = False  # a resident does not wait for a broker that is away; the sweep finds the row
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nobody steers a worker from afar here, and RabbitMQ keeps the killed one's control queue locked from its successor.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="civic")
CELERY_BEAT_SCHEDULER = "civic.schedule:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=30)
SYNC_SERVICES_SECONDS = env.int("SYNC_SERVICES_SECONDS", default=3600)
NEWS_SECONDS = env.int("NEWS_SECONDS", default=300)
MIRROR_SECONDS = env.int("MIRROR_SECONDS", default=3600)
FORGET_SECONDS = env.int("FORGET_SECONDS", default=86400)
WATCH_SECONDS = env.int("WATCH_SECONDS", default=60)
CELERY_BEAT_SCHEDULE = {  # a wake-up that nobody took by the time of the next one is worth nothing
    name: {"task": f"reports.tasks.{name}", "schedule": Every(seconds), "options": {"expires": seconds}}
    for name, seconds in {
        "sweep": SWEEP_SECONDS,
        "sync_all_services": SYNC_SERVICES_SECONDS,
        "mirror_feeds": MIRROR_SECONDS,
        "fetch_all_news": NEWS_SECONDS,
        "note_silence": 24 * 3600,
        "forget_expired_drafts": 3600,
        "forget_what_is_over": FORGET_SECONDS,
        "notice_watched": WATCH_SECONDS,
        "send_digests": WATCH_SECONDS,
    }.items()
}

# --- Delivery (seconds unless named otherwise) --------------------------------------------------------------------
SUBMISSION_LEASE = env.int("SUBMISSION_LEASE", default=180)  # longer than the total time-out of one call
MAIL_GATHER = env.float("MAIL_GATHER", default=60)  # news that comes within this time goes out as one mail
ATTENTION_EMAILS = env.list("ATTENTION_EMAILS", default=[])
ATTENTION_REMINDER_HOURS = env.float("ATTENTION_REMINDER_HOURS", default=24)
RETRY_FIRST = env.float("RETRY_FIRST", default=15)
RETRY_LONGEST = env.float("RETRY_LONGEST", default=3600)
RETRY_GIVE_UP_HOURS = env.int("RETRY_GIVE_UP_HOURS", default=48)
BREAKER_FAILURES = env.int("BREAKER_FAILURES", default=5)  # in a row, after which a system is left alone
BREAKER_FIRST = env.float("BREAKER_FIRST", default=30)
BREAKER_LONGEST = env.float("BREAKER_LONGEST", default=900)
DELIVERY_TURN = env.float("DELIVERY_TURN", default=5)  # how long one endpoint keeps a thread while others wait
RECONCILE_FIRST = env.float("RECONCILE_FIRST", default=60)
RECONCILE_SETTLE = env.float("RECONCILE_SETTLE", default=900)  # a system may still be at work after our time-out
RECONCILE_LONGEST = env.float("RECONCILE_LONGEST", default=3600)
RECONCILE_GIVE_UP_HOURS = env.int("RECONCILE_GIVE_UP_HOURS", default=6)
TOKEN_FIRST = env.float("TOKEN_FIRST", default=30)
TOKEN_LONGEST = env.float("TOKEN_LONGEST", default=6 * 3600)
TOKEN_GIVE_UP_DAYS = env.int("TOKEN_GIVE_UP_DAYS", default=14)
REFRESH_FIRST = env.float("REFRESH_FIRST", default=300)
REFRESH_LONGEST = env.float("REFRESH_LONGEST", default=24 * 3600)
SILENT_DAYS = env.int("SILENT_DAYS", default=30)  # without news, after which a request is called silent

# --- Watched areas ------------------------------------------------------------------------------------------------
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)  # of the area's clock; weekly ones on Mondays
DIGEST_DAY_SECONDS = env.int("DIGEST_DAY_SECONDS", default=86400)  # other than a day: for a demo
if not (0 <= DIGEST_HOUR <= 23 and DIGEST_DAY_SECONDS >= 1):
    raise ImproperlyConfigured("DIGEST_HOUR is an hour from 0 to 23, and DIGEST_DAY_SECONDS at least 1")
WATCH_AREAS_MOST = env.int("WATCH_AREAS_MOST", default=20)  # that one mail address watches
WATCH_MOST_KM2 = env.int("WATCH_MOST_KM2", default=700_000)  # the size of one; Texas is a little smaller

# --- Contact details (days) -----------------------------------------------------------------------------------------
CONTACT_DAYS = env.int("CONTACT_DAYS", default=90)  # kept after the report has ended, for a reopening
CONTACT_DAYS_OPEN = env.int("CONTACT_DAYS_OPEN", default=730)  # kept after the filing, whatever became of it

# --- What bodies offer ----------------------------------------------------------------------------------------------
DEFINITIONS_AT_ONCE = env.int("DEFINITIONS_AT_ONCE", default=4)  # service definitions asked of one endpoint at a time
PLACE_SERVICES_TIMEOUT = env.float("PLACE_SERVICES_TIMEOUT", default=6)  # seconds, while a resident waits

# --- Network ------------------------------------------------------------------------------------------------------
USER_AGENT = env.str("USER_AGENT", default=f"civic-report/1.0 (+{SITE_URL})")
HTTP_CONNECT_TIMEOUT = env.float("HTTP_CONNECT_TIMEOUT", default=5)
HTTP_READ_TIMEOUT = env.float("HTTP_READ_TIMEOUT", default=30)
HTTP_TOTAL_TIMEOUT = env.float("HTTP_TOTAL_TIMEOUT", default=90)
HTTP_MAX_BYTES = env.int("HTTP_MAX_BYTES", default=20 * 1024 * 1024)
HTTP_ALLOWED_PRIVATE = env.list("HTTP_ALLOWED_PRIVATE", default=[])

# --- Places -------------------------------------------------------------------------------------------------------
GEOCODER = env.str("GEOCODER", default="nominatim")
GEOCODER_URL = env.str("GEOCODER_URL", default="")
BORDER_METRES = env.int("BORDER_METRES", default=25)
TILES_URL = env.str("TILES_URL", default="https://tile.openstreetmap.org/{z}/{x}/{y}.png")
TILES_ATTRIBUTION = env.str("TILES_ATTRIBUTION", default="© OpenStreetMap contributors")
MAP_CENTER = env.list("MAP_CENTER", cast=float, default=[])
MAP_PLACED = bool(MAP_CENTER)
# Pages under a key of their own send no referrer to other sites, and OpenStreetMap answers 403 to tiles without one.
_TILE_OPTIONS = {
    "attribution": TILES_ATTRIBUTION,
    "maxZoom": 19,
    "referrerPolicy": "strict-origin-when-cross-origin",
}
MAP_CLOSED_DAYS = env.int("MAP_CLOSED_DAYS", default=30)  # after which what has ended leaves the map
LEAFLET_CONFIG = {
    "TILES": [("Map", TILES_URL, _TILE_OPTIONS)] if TILES_URL else [],
    "SCALE": "both",
    "MINIMAP": False,
    "RESET_VIEW": False,
    "NO_GLOBALS": False,
    "DEFAULT_CENTER": tuple(MAP_CENTER or [39.5, -98.35]),
    "DEFAULT_ZOOM": env.int("MAP_ZOOM", default=4),
    "ATTRIBUTION_PREFIX": "",
}

# --- Photos -------------------------------------------------------------------------------------------------------
PHOTOS_MAX = env.int("PHOTOS_MAX", default=3)
PHOTO_MAX_BYTES = env.int("PHOTO_MAX_BYTES", default=20 * 1024 * 1024)
PHOTO_MAX_PIXELS = env.int("PHOTO_MAX_PIXELS", default=80_000_000)
PHOTO_LONGEST_SIDE = env.int("PHOTO_LONGEST_SIDE", default=2048)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "media"))
MEDIA_URL = "/media/"

# --- The anonymous flow -------------------------------------------------------------------------------------------
FILINGS_PER_HOUR = env.int("FILINGS_PER_HOUR", default=20)  # from one address
COMMENTS_PER_HOUR = env.int("COMMENTS_PER_HOUR", default=20)  # from one address
STEPS_PER_MINUTE = env.int("STEPS_PER_MINUTE", default=60)  # posts from one address
CONFIRMATIONS_PER_HOUR = env.int("CONFIRMATIONS_PER_HOUR", default=20)  # mails that one address may ask for
NOTES_PER_HOUR = env.int(
    "NOTES_PER_HOUR", default=10
)  # reports of abuse, missing places: to volunteers, of one address
DOWNLOADS_PER_HOUR = env.int("DOWNLOADS_PER_HOUR", default=20)  # whole lists as one file, of one address
DOWNLOAD_MOST = env.int("DOWNLOAD_MOST", default=50_000)  # reports in such a file
NETWORK_FACTOR = env.int("NETWORK_FACTOR", default=20)  # how many times that all of a network may do
NETWORK_PREFIX_V4 = env.int("NETWORK_PREFIX_V4", default=24)  # bits of an address that name its network
NETWORK_PREFIX_V6 = env.int("NETWORK_PREFIX_V6", default=48)
if not (0 < NETWORK_PREFIX_V4 <= 32 and 0 < NETWORK_PREFIX_V6 <= 64 and NETWORK_FACTOR >= 1):
    raise ImproperlyConfigured("A network has 1 to 32 bits of an IPv4 address, 1 to 64 of IPv6, and a factor from 1")
FORM_MINIMUM_SECONDS = env.float("FORM_MINIMUM_SECONDS", default=2)
PUSHED_UPDATES_PER_MINUTE = env.int("PUSHED_UPDATES_PER_MINUTE", default=600)  # of one body, and from one address
RATE_LIMIT_STORAGE = env.str("RATE_LIMIT_STORAGE", default="memory://")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many proxies of ours append to X-Forwarded-For

# --- Accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "reports.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "reports.notifications.account_mails.AccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # mail scanners open every link
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "reports.views.account.passkeys.Adapter"
MFA_FORMS = {
    "add_webauthn": "reports.forms.passkeys.AddPasskeyForm",
    "edit_webauthn": "reports.forms.passkeys.EditPasskeyForm",
    "login_webauthn": "reports.forms.passkeys.LoginForm",
    "authenticate_webauthn": "reports.forms.passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "reports.forms.passkeys.ReauthenticateForm",
}
MFA_TOTP_ISSUER = SITE_NAME
STAFF_NEED_MFA = env.bool("STAFF_NEED_MFA", default=True)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"

# --- Mail ---------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":  # ours knows when a mail may have left
    EMAIL_BACKEND = "reports.notifications.watched_smtp.WatchedBackend"
BODY_EMAIL = env.email_url("BODY_EMAIL_URL", default=env.str("EMAIL_URL", default="smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"reports@{urlsplit(SITE_URL).hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20
MAIL_BOUNCES = env.str("MAIL_BOUNCES", default="")  # bounces+<key of the mail>@ is then the envelope's sender
if MAIL_BOUNCES and not re.fullmatch(r"[A-Za-z0-9._-]{1,27}@[A-Za-z0-9.-]+", MAIL_BOUNCES):
    raise ImproperlyConfigured("MAIL_BOUNCES is an address: at most 27 letters, digits, dots or dashes before the @")

# Where a mail provider may tell of bounces and complaints: settings of django-anymail as JSON. Nothing is sent by it.
ANYMAIL = env.json("ANYMAIL", default={})
if ANYMAIL:
    if not isinstance(ANYMAIL, dict) or ":" not in str(ANYMAIL.get("WEBHOOK_SECRET", "")):
        raise ImproperlyConfigured("ANYMAIL needs a WEBHOOK_SECRET of the form name:password")
    INSTALLED_APPS.append("anymail")

# --- Words and dates ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]  # each in its own words, for whoever looks for it
LOCALE_PATHS = [BASE_DIR / "reports" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "civic.static_files.PublicStaticFiles"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
SERVICE_WORKER = env.bool("SERVICE_WORKER", default=not DEBUG)  # off: browsers that have it are told to drop it

# --- Headers ------------------------------------------------------------------------------------------------------
SECURE = urlsplit(SITE_URL).scheme == "https"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # they are asked from inside
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
# OpenStreetMap answers 403 to tile requests without a referrer, and Django's own default, same-origin, sends none.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
_tiles = urlsplit(TILES_URL)
_tile_origins = [f"{_tiles.scheme}://{_tiles.netloc.replace('{s}', '*')}"] if _tiles.netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],  # Leaflet places tiles and markers through style attributes
        "img-src": [SELF, "data:", "blob:", *_tile_origins],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Logs and figures -----------------------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_settings(LOG_FORMAT, LOG_LEVEL)
HEALTH_BEHIND_SECONDS = env.int("HEALTH_BEHIND_SECONDS", default=900)  # a step owed for longer has nobody to take it
METRICS_KEY = env.str("METRICS_KEY", default="")
WORKER_METRICS_PORT = env.int("WORKER_METRICS_PORT", default=0)
WORKER_METRICS_ADDRESS = env.str("WORKER_METRICS_ADDRESS", default="127.0.0.1")
