"""`make check`: everything that can be said of the code without running it. All are run; any failure fails."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "SECRET_KEY": "a-key-of-fifty-characters-or-more-for-the-deployment-check-0123456789",
    "SITE_URL": "https://reports.example.org",
    "DEBUG": "0",
    "DATA_DIR": "",  # filled in below
}


def main() -> int:
    """Run every check and name those that failed."""
    data_dir = ROOT / ".data" / "check"
    data_dir.mkdir(parents=True, exist_ok=True)
    environment = os.environ | PRODUCTION | {"DATA_DIR": str(data_dir)}
    checks = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "imports": ["lint-imports"],
        "templates": ["djlint", "templates", "--lint", "--quiet"],
        "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
        "deployment": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    }
    failed = [name for name, command in checks.items() if not _passes(name, command, environment)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return bool(failed)


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    print(f"--- {name}", flush=True)
    program = Path(sys.executable).parent / command[0]
    return subprocess.run([program, *command[1:]], cwd=ROOT, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
