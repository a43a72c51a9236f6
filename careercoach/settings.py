"""The one settings file. Every value that differs between deployments comes from the environment or `.env`.

Without any configuration it runs for development: SQLite, DEBUG, a key that is good for nothing else. With
DEBUG=false it refuses to start without SECRET_KEY and ALLOWED_HOSTS, and always with a flag or number that is none.
What else is impossible is named by `manage.py check`, and what is missing by `check --deploy` (bookings/checks.py).
"""

from pathlib import Path

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from careercoach import look
from careercoach.environment import env, flag, level, names, number, proxies, text

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env")  # The environment wins over the file.

# --- What a deployment is --------------------------------------------------------------------------------------------

DEBUG = flag("DEBUG", default=True)
SECRET_KEY = text("SECRET_KEY", "development-only-not-for-any-server" if DEBUG else "")
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = names("ALLOWED_HOSTS", ("*",) if DEBUG else ())
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: give it 50 random characters or more, or set DEBUG=true.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: name the hosts this server answers to, comma separated.")

# --- Cal.com ---------------------------------------------------------------------------------------------------------

CAL_EVENT_URL = text("CAL_EVENT_URL")  # The page to book on.
CAL_WEB_BASE_URL = text("CAL_WEB_BASE_URL", "https://cal.com").rstrip("/")
CAL_WEBHOOK_SECRETS = names("CAL_WEBHOOK_SECRETS")
CAL_API_BASE_URL = text("CAL_API_BASE_URL", "https://api.cal.com/v2").rstrip("/")
CAL_API_KEY = text("CAL_API_KEY")
CAL_TEAM_ID = number("CAL_TEAM_ID", text("CAL_TEAM_ID")) if text("CAL_TEAM_ID") else None
CAL_EVENT_TYPE_IDS = [number("CAL_EVENT_TYPE_IDS", each) for each in names("CAL_EVENT_TYPE_IDS")]  # Empty: all.
CAL_PAYMENT_REQUIRED = flag("CAL_PAYMENT_REQUIRED", default=False)  # True: a free booking doesn't count.

# --- Who may call ----------------------------------------------------------------------------------------------------

API_KEYS = names("API_KEYS")  # Empty: the API is open.
CORS_ALLOWED_ORIGINS = names("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS")
API_CALLS_PER_USER = number("API_CALLS_PER_USER", text("API_CALLS_PER_USER", "60"))  # A minute; 0: no limit.
API_CALLS_PER_ADDRESS = number("API_CALLS_PER_ADDRESS", text("API_CALLS_PER_ADDRESS", "300"))
BEHIND_PROXY = proxies("BEHIND_PROXY")  # How many. Only where they set the headers themselves, else anyone can.
CORS_EXPOSE_HEADERS = ["Allow", "Content-Disposition", "ETag", "Retry-After", "X-Request-Id"]
CORS_ALLOW_HEADERS = (*default_headers, "if-none-match", "x-request-id")

# --- Django ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "bookings",  # Before the theme: its templates for the admin come first.
    "unfold",
    "unfold.contrib.filters",
    "coaches",
    "users",
    "django_q",
    "careercoach.sharedcache",
    "rest_framework",
    "drf_standardized_errors",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "careercoach.health.Probes",
    "careercoach.requestids.RequestId",
    "careercoach.api.AcceptedLanguage",
    "careercoach.errors.InShape",
    "careercoach.api.OneTrailingSlash",  # Early: what follows sees the path without it.
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bookings.admin.viewer.Viewer",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "careercoach.urls"
WSGI_APPLICATION = "careercoach.wsgi.application"
AUTH_USER_MODEL = "users.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database --------------------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # A read that turns into a write can't be granted later, and fails.
    "timeout": 20,
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
}
_database = text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
if _database.partition("://")[0] not in env.DB_SCHEMES:  # Its value isn't said: it may hold the password.
    raise ImproperlyConfigured("DATABASE_URL is no database's address: give mysql://user:password@host:3306/name.")
DATABASES = {"default": env.db_url_config(_database)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"]["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",  # Repeatable read takes gap locks, and those deadlock on inserts.
        "init_command": "SET sql_mode = 'TRADITIONAL'",  # Refuse what doesn't fit, never cut it silently.
    }
else:
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS

CACHES = {
    "default": {
        "BACKEND": "careercoach.sharedcache.backend.SharedCache",
        "LOCATION": "shared_cache",  # A table.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Demo ------------------------------------------------------------------------------------------------------------

DEMO = flag("DEMO", default=False)  # A stand-in for Cal.com and a front-end page, for one's own machine.
if DEMO:
    INSTALLED_APPS.insert(0, "careercoach.demo")
    DATABASES["demo"] = env.db_url_config(f"sqlite:///{text('DEMO_DATABASE', str(BASE_DIR / '.demo' / 'cal.sqlite3'))}")
    DATABASES["demo"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASE_ROUTERS = ["careercoach.demo.router.OwnDatabase"]

# --- Periodic work ---------------------------------------------------------------------------------------------------

Q_CLUSTER = {  # See docs/decisions/0015. The jobs themselves are in bookings/periodic.
    "name": "careercoach",
    "label": _("Periodic work"),
    "orm": "default",
    "workers": 2,  # One for a long resync, the other for what is due each minute.
    "queue_limit": 1,  # What one machine takes and doesn't begin, another can't.
    "poll": 2,  # Seconds between two looks into an empty queue: reads alone, which hold nobody up.
    "guard_cycle": 1,
    "timeout": 3000,  # Seconds; each job has its own. Longer, and its worker is ended.
    "retry": 3600,  # Seconds after which another gets the job of a worker that was killed: more than any timeout.
    "ack_failures": True,  # What failed is not tried again by the queue but by the schedule.
    "max_attempts": 1,
    "catch_up": False,  # Once after an outage, not once for each time that was missed.
    "save_limit": 100,  # Results that are kept, of each job.
    "save_limit_per": "group",
    "cache": "none",  # Of that name there is no cache, so no heartbeat is written each second.
}
SILENCED_SYSTEM_CHECKS = ["models.W037"]  # A partial index of django-q2 that MySQL leaves out; ours has a test.

# --- Languages and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "careercoach.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Admin -----------------------------------------------------------------------------------------------------------

UNFOLD = look.UNFOLD
LOGIN_REDIRECT_URL = "admin:index"  # The theme's page to log in forgets where Django's leads to.

# --- API -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["careercoach.api.HasApiKey"],
    "DEFAULT_THROTTLE_CLASSES": ["careercoach.api.Limit"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": BEHIND_PROXY,  # Whose X-Forwarded-For tells the address; 0: nobody's.
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "careercoach.api.AlwaysJson",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "careercoach.api.Json",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "careercoach.errors.ErrorHandler",
    "EXCEPTION_FORMATTER_CLASS": "careercoach.errors.Formatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Career Coach",
    "DESCRIPTION": "Book sessions with a career coach, list them, cancel and move them. See docs/api.md.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],  # What it says is in the repository too.
    "SWAGGER_UI_DIST": "SIDECAR",  # From our own static files: nothing comes from another host.
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "Status": "bookings.domain.words.Status",
        "Reason": "bookings.domain.words.Why",
        "PaymentState": "bookings.domain.words.Payment",
        "Obstacle": "bookings.models.Obstacle",
        "ProblemType": ["validation_error", "client_error", "server_error"],
        "PendingState": ["waiting"],
    },
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "apiKey": {"type": "http", "scheme": "bearer", "description": "Only where a deployment sets API_KEYS."}
        }
    },
    "SECURITY": [{}, {"apiKey": []}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "bookings.api.hooks.with_meanings",
        "bookings.api.hooks.exactly",
        "bookings.api.hooks.with_request_ids",
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # Bytes. A webhook body above this is answered 413.

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- Security --------------------------------------------------------------------------------------------------------

if not DEBUG:
    SECURE_REDIRECT_EXEMPT = [r"^api/webhook/cal$"]  # Cal.com doesn't follow redirects: the event would be lost.
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", text("SECURE_HSTS_SECONDS", "31536000"))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs ------------------------------------------------------------------------------------------------------------

LINE = "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "careercoach.requestids.InLines"}},
    "formatters": {"line": {"class": "careercoach.tracebacks.WithoutValues", "format": LINE}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "loggers": {
        "django": {"level": "NOTSET", "handlers": [], "propagate": True},  # Its own handler would say all twice.
        "django.db.backends": {"level": "INFO"},  # Below that come its statements, with whatever is stored.
        "django-q": {"level": "WARNING"},  # Four lines for each job, each minute; what fails is said.
    },
    "root": {"handlers": ["console"], "level": level("LOG_LEVEL", text("LOG_LEVEL", "INFO"))},
}
