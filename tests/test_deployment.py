"""The files that put the site on a machine: nothing here can start them, so they are held against the code."""

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
UNITS = sorted((ROOT / ".deploy").glob("*.service"))
# These are read by other programs than ours.
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "PYTHONUNBUFFERED"}


def documented() -> set[str]:
    return set(re.findall(r"`([A-Z_]+)`", (ROOT / "civic/README.md").read_text()))


def unit(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / f".deploy/civic-{name}.service").read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _colon, command in (line.partition(":") for line in lines)}


def commands() -> list[tuple[str, list[str]]]:
    found = [(f"compose {name}", each["command"]) for name, each in COMPOSE["services"].items() if "build" in each]
    found += [(f"Procfile {name}", command) for name, command in procfile().items()]
    found += [(path.name, unit(path.stem.removeprefix("civic-"))["ExecStart"][0]) for path in UNITS]
    return [(name, shlex.split(command)) for name, command in found]


@pytest.mark.parametrize(("where", "command"), commands())
def test_every_command_exists(where: str, command: list[str]) -> None:
    program = Path(command[0]).name
    assert program in {"gunicorn", "celery", "python"}, where
    if program == "gunicorn":
        assert command[1:4] == ["-c", "python:civic.serving", "civic.wsgi"]
        assert importlib.import_module("civic.serving").threads == 8
        assert importlib.import_module("civic.wsgi").application
    elif program == "celery":
        assert command[1:3] == ["-A", "civic"]
        asked = [str(Path(sys.executable).with_name("celery")), *command[1:4], "--help"]
        known = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        options = [part.partition("=")[0] for part in command[4:] if part.startswith("--")]
        assert not [option for option in options if option not in known]
    else:
        assert command[1:3] == ["manage.py", "migrate"]


@pytest.mark.parametrize("process", ["web", "worker", "beat"])
def test_each_way_starts_the_same(process: str) -> None:
    ways = [COMPOSE["services"][process]["command"], procfile()[process], unit(process)["ExecStart"][0]]
    plain = {re.sub(r"--bind \S+|/\S+/bin/", "", way.strip()).replace("  ", " ") for way in ways}
    assert len(plain) == 1


def test_a_worker_has_the_time_to_finish() -> None:
    """A call and then the tries to write down what came of it (`delivery/submit.py`), before it is killed."""
    from reports.delivery.submit import RECORD_PAUSES

    needed = settings.HTTP_TOTAL_TIMEOUT + sum(RECORD_PAUSES)
    assert float(COMPOSE["services"]["worker"]["stop_grace_period"].removesuffix("s")) > needed
    assert float(unit("worker")["TimeoutStopSec"][0]) > needed


def test_compose_holds_together() -> None:
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    assert {"web", "worker", "beat", "migrate", "postgres", "redis"} == set(services)
    for name, each in services.items():
        for needed, how in each.get("depends_on", {}).items():
            done = how["condition"] == "service_completed_successfully"
            assert services[needed]["restart"] == "no" if done else "test" in services[needed]["healthcheck"], name
        for mount in each.get("volumes", []):
            assert mount.partition(":")[0] in volumes
    addresses = " ".join(str(value) for value in services["web"]["environment"].values())
    assert {host for host in services if f"@{host}/" in addresses or f"//{host}:" in addresses} == {"postgres", "redis"}
    assert services["beat"].get("scale") is services["beat"].get("deploy") is None
    assert all(port.startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", []))


def test_every_variable_is_documented() -> None:
    text = (ROOT / "compose.yaml").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", text)) | {
        name for each in COMPOSE["services"].values() for name in each.get("environment", {})
    }
    used |= set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used |= {
        pair.partition("=")[0]
        for path in UNITS
        for value in unit(path.stem[6:])["Environment"]
        for pair in value.split()
    }
    assert {"SECRET_KEY", "DATABASE_URL", "METRICS_KEY", "POSTGRES_PASSWORD"} <= used
    assert used - documented() == NOT_OURS


def test_no_secret_is_in_them() -> None:
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert not any(example[name] for name in ("SECRET_KEY", "METRICS_KEY", "POSTGRES_PASSWORD"))
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_the_image_holds_what_is_run_and_no_more() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {
        part for line in lines if line.startswith("COPY ") and "--from" not in line for part in line.split()[1:-1]
    }
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert {"tests", ".env", ".data"}.isdisjoint(copied)
    assert any(line.startswith("USER ") and line != "USER root" for line in lines)
    assert "--require-hashes" in "\n".join(lines)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_units_are_as_systemd_wants_them(tmp_path: Path) -> None:
    folder = Path(sys.executable).parent
    for path in UNITS:
        text = path.read_text().replace("/srv/civic/.venv/bin", str(folder))
        (tmp_path / path.name).write_text(text.replace("/srv/civic/README.md", str(ROOT / "README.md")))
    written = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *written], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
