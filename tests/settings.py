"""The settings that tests run under: the project's own, with a database, folders and hashing fit for a test run."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "not-a-secret: tests only")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="civic-tests-"))
os.environ["SITE_URL"] = os.environ.get("TEST_SITE_URL", "http://testserver")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("HTTP_ALLOWED_PRIVATE", "127.0.0.1")
os.environ.setdefault("GEOCODER_URL", "http://sandbox.test/nominatim/")

from civic.settings import *  # noqa: F403 (the environment has to be set first)
from civic.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MEDIA_ROOT = str(Path(DATA_DIR) / "media")
STEPS_PER_MINUTE = 10_000
FILINGS_PER_HOUR = 10_000
DOWNLOADS_PER_HOUR = 10_000
FORM_MINIMUM_SECONDS = 0
STAFF_NEED_MFA = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file and not memory: threads of a test have to see one database.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there
