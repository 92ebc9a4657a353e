"""Settings that fail loudly, and what an https address turns on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = """
import json
from civic import settings
names = "SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SESSION_COOKIE_SECURE ALLOWED_HOSTS DEBUG X_FRAME_OPTIONS"
print(json.dumps({name: getattr(settings, name) for name in names.split()} | {
    "database": settings.DATABASES["default"], "broker": settings.CELERY_BROKER_URL,
    "letters": settings.BODY_EMAIL}, default=str))
"""


def read(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "x" * 50} | variables
    return subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SITE_URL": "reports.example.org"}, "SITE_URL is not an http or https address"),
        ({"SITE_URL": "ftp://reports.example.org"}, "SITE_URL is not an http or https address"),
        ({"SWEEP_SECONDS": "soon"}, "soon"),
        ({"MAP_CENTER": "here,there"}, "here"),
        ({"SECURITY_CONTACT": "security@example.org"}, "SECURITY_CONTACT takes addresses that begin with"),
        ({"SECURITY_CONTACT": "mailto:a@example.org\nExpires: never"}, "SECURITY_CONTACT takes addresses"),
        ({"NETWORK_PREFIX_V4": "33"}, "1 to 32 bits"),
        ({"NETWORK_PREFIX_V6": "0"}, "1 to 32 bits"),
        ({"NETWORK_FACTOR": "0"}, "a factor from 1"),
    ],
)
def test_a_setting_that_cannot_be_is_said(tmp_path: Path, variables: dict[str, str], complaint: str) -> None:
    done = read(tmp_path, **variables)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_https_turns_on_what_belongs_to_it(tmp_path: Path) -> None:
    done = read(tmp_path, SITE_URL="https://reports.example.org")
    found = json.loads(done.stdout)
    assert found["SECURE_SSL_REDIRECT"] is found["SESSION_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert found["ALLOWED_HOSTS"] == ["reports.example.org"]
    assert (found["DEBUG"], found["X_FRAME_OPTIONS"]) == (False, "DENY")


def test_without_servers_it_is_sqlite_and_files(tmp_path: Path) -> None:
    found = json.loads(read(tmp_path).stdout)
    assert found["database"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["database"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in found["database"]["OPTIONS"]["init_command"]
    assert found["broker"] == "filesystem://"
    assert (tmp_path / "data" / "broker" / "queue").is_dir()


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("y" * 50)
    assert read(tmp_path, SECRET_KEY_FILE=str(secret)).returncode == 0


@pytest.mark.parametrize(
    ("variables", "host", "port"),
    [
        ({}, "localhost", 25),
        ({"EMAIL_URL": "smtp://mail.example:2525"}, "mail.example", 2525),
        (
            {"EMAIL_URL": "smtp://mail.example:2525", "BODY_EMAIL_URL": "smtp://letters.example:26"},
            "letters.example",
            26,
        ),
    ],
)
def test_letters_go_the_way_of_other_mail_unless_they_have_their_own(
    tmp_path: Path, variables: dict[str, str], host: str, port: int
) -> None:
    done = read(tmp_path, **variables)
    found = json.loads(done.stdout)["letters"]
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
