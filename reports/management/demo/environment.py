"""The settings that a demo needs, put into the environment before Django reads it. What is set already wins."""

import os
import secrets
import shutil
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[3]


def prepare() -> None:
    """Set the environment for a demo in DEMO_DIR (default `.demo`) on PORT and SANDBOX_PORT.

    The fake city that is reached by mail takes it on SANDBOX_SMTP_PORT, the one after SANDBOX_PORT unless set. The
    database is DEMO_DIR's own unless DEMO_DATABASE_URL names another; mails become files in DEMO_DIR/mail.
    """
    folder = Path(os.environ.get("DEMO_DIR") or BASE_DIR / ".demo").resolve()
    if os.environ.get("FRESH"):
        _begin_anew(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port, sandbox_port = _port("PORT", 8000), _port("SANDBOX_PORT", 8001)
    smtp_port = _port("SANDBOX_SMTP_PORT", sandbox_port + 1)
    os.environ["DEMO_DIR"] = str(folder)
    os.environ["DATA_DIR"] = str(folder)
    os.environ["SECRET_KEY"] = _kept(folder / "secret-key")
    os.environ["DATABASE_URL"] = os.environ.get("DEMO_DATABASE_URL") or f"sqlite:///{folder / 'db.sqlite3'}"
    for name, value in {
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_SMTP_PORT": str(smtp_port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "BODY_EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "GEOCODER_URL": f"http://127.0.0.1:{sandbox_port}/nominatim/",
        "HTTP_ALLOWED_PRIVATE": f"127.0.0.1:{sandbox_port},127.0.0.1:{port}",
        "STAFF_NEED_MFA": "0",
        "LOG_LEVEL": "WARNING",
        # A city works on a report within two minutes here, so everything that waits is in a hurry.
        "SWEEP_SECONDS": "2",
        "RETRY_FIRST": "3",
        "RETRY_LONGEST": "30",
        "BREAKER_FIRST": "4",
        "BREAKER_LONGEST": "15",
        "RECONCILE_FIRST": "5",
        "RECONCILE_SETTLE": "20",
        "RECONCILE_LONGEST": "30",
        "TOKEN_FIRST": "2",
        "TOKEN_LONGEST": "120",
        "REFRESH_FIRST": "4",
        "REFRESH_LONGEST": "600",
        "NEWS_SECONDS": "5",
        "MAIL_GATHER": "2",
        "WATCH_SECONDS": "5",
        "DIGEST_DAY_SECONDS": "60",
    }.items():
        os.environ.setdefault(name, value)


def admin_password() -> str:
    """The password of the demo's administrator, made once for each demo folder."""
    return _kept(Path(os.environ["DEMO_DIR"]) / "admin-password", 9)


def _begin_anew(folder: Path) -> None:
    """Remove an earlier demo; nothing is touched in a folder that does not look like one."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "secret-key").exists():
        raise SystemExit(
            f"{folder} holds no demo, so FRESH=1 leaves it alone. Remove it yourself, or name another DEMO_DIR."
        )
    shutil.rmtree(folder, ignore_errors=True)


def _kept(path: Path, length: int = 50) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(length))
    return path.read_text().strip()


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SystemExit(f"{name} has to be a port number, not {text!r}.")
    return int(text)
