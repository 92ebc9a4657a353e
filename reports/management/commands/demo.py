"""`manage.py demo`: the whole site with fake cities behind it, set up and kept going until Ctrl-C."""

import logging
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from reports.delivery import catalogue
from reports.dialects.errors import DialectError
from reports.http import Client, HttpError
from reports.management.demo import bodies, environment, past, watching, words
from reports.management.demo.processes import Family
from reports.management.demo.sandbox_control import SandboxControl
from reports.models import Traffic, User

ADMIN = "admin@example.org"
PACE = 90.0  # seconds in which a fake city deals with an ordinary new report
PATIENCE = 30.0


class Command(BaseCommand):
    """Migrate, seed, start sandbox, web, worker and beat; `FRESH=1` in the environment begins anew."""

    help = "Set up and run the demo: web site, worker, beat and fake cities. Ctrl-C stops all."

    def handle(self, *args: Any, **options: Any) -> None:
        if "DEMO_DIR" not in os.environ:
            raise CommandError("Run it as the first command: python manage.py demo")
        self.folder = Path(os.environ["DEMO_DIR"])
        self.family = Family(self.folder / "logs")
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, _stop)
        try:
            self._set_up()
            self._serve()
        except KeyboardInterrupt:
            self._say("Stopping …")
        finally:
            self.family.stop()

    def _set_up(self) -> None:
        for name in ("PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"):
            if _taken(os.environ[name]):
                another = int(os.environ[name]) + 10
                raise CommandError(f"Port {os.environ[name]} is taken. Name another one: make demo {name}={another}")
        self._say("Preparing the database …")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self._start_sandbox()
        endpoints = bodies.seed(self.sandbox_url)
        self._say("Asking the fake cities for their services …")
        for endpoint in endpoints:
            # Nobody is calling yet: what a killed worker held, or a city was like when the last demo ended, is past.
            Traffic.objects.filter(endpoint=endpoint).delete()
            try:
                catalogue.sync_services(endpoint)
            except DialectError as error:
                raise CommandError(f"{endpoint} cannot be asked for its services: {error}") from error
        words.seed()
        self._fill()
        self.control.set_pace(PACE)
        watching.seed()
        call_command("mirror_feeds", verbosity=0, stdout=self.stdout)
        self._make_admin()

    def _start_sandbox(self) -> None:
        port = os.environ["SANDBOX_PORT"]
        self.sandbox_url = f"http://127.0.0.1:{port}"
        self.control = SandboxControl(self.sandbox_url)
        smtp_port = os.environ["SANDBOX_SMTP_PORT"]
        state = str(self.folder / "sandbox.json")
        self.family.start(
            "sandbox", "-m", "reports.sandbox.server", "--port", port, "--smtp-port", smtp_port, "--state", state
        )
        if not self.control.wait(PATIENCE):
            raise CommandError(f"The fake cities do not answer on port {port}.\n{self.family.tail('sandbox')}")

    def _fill(self) -> None:
        done = self.folder / "filled"
        if done.exists():
            return
        for name in ("reports.delivery", "kombu.connection"):  # what goes wrong in the past is meant to
            logging.getLogger(name).setLevel(logging.ERROR)
        # Begun and broken off, it is built towards the same present again.
        begun = self.folder / "present"
        if not begun.exists():
            begun.write_text(datetime.now(UTC).isoformat())
        present = datetime.fromisoformat(begun.read_text())
        with tqdm(desc="Filling in a past", unit=" reports", file=sys.stderr, disable=None, leave=False) as bar:
            for number, total in past.fill(self.control, present):
                bar.total = total
                bar.update(number - bar.n)
        done.touch()

    def _make_admin(self) -> None:
        if not User.objects.filter(email=ADMIN).exists():
            User.objects.create_superuser(ADMIN, environment.admin_password())
        user = User.objects.get(email=ADMIN)
        EmailAddress.objects.get_or_create(user=user, email=ADMIN, defaults={"verified": True, "primary": True})

    def _serve(self) -> None:
        port = os.environ["PORT"]
        client = Client("demo-web", read_timeout=5)
        web = ("-m", "gunicorn", "-c", "python:civic.serving", "civic.wsgi", "--bind", f"127.0.0.1:{port}")
        self.family.start("web", *web, "--access-logfile", "-", "--worker-tmp-dir", str(self.folder))
        worker = (
            "-m",
            "celery",
            "-A",
            "civic",
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "16",
            "--loglevel",
            "WARNING",
        )
        self.family.start("worker", *worker, "--without-gossip", "--without-mingle")
        self.family.start("beat", "-m", "celery", "-A", "civic", "beat", "--loglevel", "WARNING", "--pidfile=")
        deadline = time.monotonic() + PATIENCE
        while not _answers(client, settings.SITE_URL):
            if time.monotonic() > deadline:
                raise CommandError(f"The site does not answer on port {port}.\n{self.family.tail('web')}")
            time.sleep(0.2)
        self._say(
            f"\nReady: {settings.SITE_URL}/\n"
            f"Admin: {settings.SITE_URL}/admin/  {ADMIN}  {environment.admin_password()}\n"
            f"Fake cities: {self.sandbox_url}/_control/   Mails: {self.folder / 'mail'}   Logs: {self.family.logs}\n"
            "Ctrl-C stops all of it; the next `make demo` goes on from here, `make demo FRESH=1` begins anew.\n"
        )
        while True:
            time.sleep(1)
            for name in self.family.mend():
                self._say(f"The {name} process had ended; it was started again.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _taken(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def _answers(client: Client, url: str) -> bool:
    try:
        return client.get(f"{url}/healthz").status in (200, 503)
    except HttpError:
        return False


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
