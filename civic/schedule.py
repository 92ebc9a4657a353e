"""When beat does what: every so many seconds, also after the machine's clock was put back.

Celery takes a last run in the future as a reason to wait until then (celery 5.7, `schedules.remaining`), keeps the time
of the last run in a file, and looks at nothing before the time that it reckoned for it (`beat.Scheduler.tick`). A clock
that was an hour ahead would leave every report unsent for an hour, restarts of beat included.
"""

from datetime import datetime
from typing import Any

from celery.beat import PersistentScheduler
from celery.schedules import schedstate, schedule


class Every(schedule):
    """Due `run_every` seconds after the last run, and at once where that run lies in the future."""

    def is_due(self, last_run_at: datetime) -> Any:
        """As Celery's: whether it is due, and in how many seconds to look again."""
        if self.maybe_make_aware(last_run_at) > self.maybe_make_aware(self.now()):
            return schedstate(is_due=True, next=self.seconds)
        return super().is_due(last_run_at)


class Scheduler(PersistentScheduler):
    """Celery's, which reckons all its times anew once it sees that the clock went back."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._seen: datetime | None = None
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> Any:
        """One step, as Celery's: at most one entry sent; the seconds until the next step."""
        now = self.app.now()
        if self._seen is not None and now < self._seen:
            self._heap = None
        self._seen = now
        return super().tick(*arguments, **named)
