"""The clock of the fake cities: real time plus an offset, or a frozen moment. Tests and people move it."""

from datetime import UTC, datetime, timedelta
from threading import Lock


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment with a zone; give it back in UTC. Raises ValueError with a plain sentence."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"not an ISO 8601 moment: {text!r}") from None
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a zone, such as Z or -06:00: {text!r}")
    return moment.astimezone(UTC)


class SandboxClock:
    """Tells the sandbox's time, in UTC. Runs with real time unless frozen; safe to use from several threads."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._frozen: datetime | None = None
        self._lock = Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._frozen or datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> datetime:
        """Move forward by `seconds`. Raises ValueError below zero or out of range: `set` is for going back."""
        if seconds < 0:
            raise ValueError("the clock only advances; set it to go back")
        try:
            return self._move_to(self.now() + timedelta(seconds=seconds))
        except (OverflowError, ValueError):
            raise ValueError(f"too far: {seconds} seconds") from None

    def set(self, moment: str | datetime) -> datetime:
        """Go to `moment` (ISO 8601 with a zone, or an aware datetime), forward or back."""
        return self._move_to(parse_moment(moment.isoformat() if isinstance(moment, datetime) else moment))

    def freeze(self) -> datetime:
        """Stand still until `run`; `advance` and `set` still move it."""
        with self._lock:
            self._frozen = self._frozen or datetime.now(UTC) + self._offset
            return self._frozen

    def run(self) -> None:
        """Go on from where the clock stands."""
        with self._lock:
            if self._frozen:
                self._offset = self._frozen - datetime.now(UTC)
                self._frozen = None

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self._offset, self._frozen = timedelta(), None

    def dump(self) -> dict[str, object]:
        """What a restart needs: the offset in seconds, and the frozen moment where there is one."""
        with self._lock:
            frozen = self._frozen.isoformat() if self._frozen else None
            return {"offset": self._offset.total_seconds(), "frozen": frozen}

    def load(self, saved: dict[str, object]) -> None:
        with self._lock:
            self._offset = timedelta(seconds=float(str(saved["offset"])))
            self._frozen = parse_moment(str(saved["frozen"])) if saved.get("frozen") else None

    def _move_to(self, moment: datetime) -> datetime:
        with self._lock:
            if self._frozen:
                self._frozen = moment
            else:
                self._offset = moment - datetime.now(UTC)
            return moment
