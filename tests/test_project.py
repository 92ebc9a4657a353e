"""The project held against its own rules: what was promised, named or listed, and then forgotten."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

from reports import tasks
from reports.dialects import capabilities, registry
from reports.sandbox.systems import CITIES

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 400
FOLDERS = {"civic", "reports", "templates", "static", "tests"}


def tracked(*patterns: str) -> list[Path]:
    """The project's files, whether committed yet or not, but none that are ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.splitlines())) if (ROOT / name).exists()]


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in python_files()
        if (n := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert not long


def test_no_drawers() -> None:
    assert not [path for path in python_files() if path.stem in {"utils", "helpers", "misc", "common"}]


def test_top_level_folders_are_the_five() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    assert {name for name in folders if not name.startswith(".")} == FOLDERS


def test_no_third_party_address_in_pages() -> None:
    pattern = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE)
    assert not [path for path in tracked("templates/*") if path.suffix == ".html" and pattern.search(path.read_text())]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "reports/README.md",
        "reports/dialects/README.md",
        "reports/sandbox/README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "civic/README.md",
    ],
)
def test_links_in_documents_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / page).read_text())
    assert not [target for target in targets if "://" not in target and not (folder / target).exists()]


def test_every_setting_is_documented() -> None:
    source = (ROOT / "civic" / "settings.py").read_text()
    names = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", source))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "civic" / "README.md").read_text()))
    assert len(names) > 40
    assert names <= documented
    others = {"DEMO_DIR", "PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "DEMO_DATABASE_URL", "POSTGRES_PASSWORD"}
    # Within the JSON of ANYMAIL, whose names are django-anymail's.
    others |= {"WEBHOOK_SECRET", "MAILGUN_WEBHOOK_SIGNING_KEY", "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY"}
    assert documented - names <= others


def test_every_scheduled_task_exists() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        module, _dot, name = entry["task"].rpartition(".")
        assert module == "reports.tasks"
        assert getattr(tasks, name).name == entry["task"]


def test_every_dialect_is_whole() -> None:
    """Its label, its tests, its payloads, its sandbox city, its row in the recipe's matrix and its paragraph."""
    readme = (ROOT / "reports/dialects/README.md").read_text()
    spoken = {city.speaks for city in CITIES}
    assert spoken <= set(registry.TABLE), "a fake city speaks what is no dialect"
    assert "| key | " + " | ".join(capabilities.COLUMNS) + " |" in readme
    for key, label in registry.choices():
        assert label
        assert registry.get(key).__doc__
        assert list((ROOT / "tests/dialects").glob(f"test_{key}*")), f"no test of {key}"
        assert list((ROOT / "tests/payloads" / key).iterdir()), f"no payloads of {key}"
        assert key in spoken, f"no fake city that speaks {key}"
        row = " | ".join(capabilities.row(registry.get(key)))
        assert f"| `{key}` | {row} |" in readme, f"the matrix does not say of {key} what its flags say: {row}"
        assert f"### {key}\n" in readme, f"{key} has no paragraph on its quirks"


def test_every_payload_has_its_source() -> None:
    sources = (ROOT / "tests/payloads/SOURCES.md").read_text()
    payloads = [path for path in (ROOT / "tests/payloads").rglob("*") if path.is_file() and path.name != "SOURCES.md"]
    assert len(payloads) > 10
    assert not [path.name for path in payloads if path.name not in sources]


def test_every_command_has_a_test() -> None:
    commands = {path.stem for path in (ROOT / "reports/management/commands").glob("*.py")} - {"__init__"}
    text = "\n".join(
        path.read_text() for path in python_files() if path.is_relative_to(ROOT / "tests") and path != Path(__file__)
    )
    assert {
        "demo",
        "sandbox",
        "route",
        "import_boundaries",
        "replay_payload",
        "sync_services",
        "refresh_status",
        "drain_outbox",
    } <= commands
    assert not {name for name in commands if f'"{name}"' not in text}


@pytest.mark.parametrize(("lease", "complaints"), [(180, 0), (90, 1), (120, 1)])
def test_a_lease_shorter_than_a_call_is_refused(lease: int, complaints: int) -> None:
    with override_settings(SUBMISSION_LEASE=lease, HTTP_TOTAL_TIMEOUT=90):
        assert len([message for message in run_checks() if message.id == "reports.E001"]) == complaints
