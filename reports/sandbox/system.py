"""What every fake system offers to the app, whatever it speaks."""

from abc import ABC, abstractmethod

from reports.sandbox.cities import City
from reports.sandbox.faults import Timing
from reports.sandbox.state import Store
from reports.sandbox.wire import Answer, Request


class System(ABC):
    """Answers for one city. It keeps nothing itself: what it holds is in the store, how slow it is in `timing`."""

    def __init__(self, city: City, store: Store, timing: Timing) -> None:
        self.city = city
        self.store = store
        self.timing = timing

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """What is left of a path below this city's base, or None where the path is another's. Discovery also stands
        one level up, where it outlives versions (GeoReport v2, service discovery)."""
        parts = tuple(self.city.base.split("/"))
        if segments[: len(parts)] == parts:
            return segments[len(parts) :]
        if segments[:-1] == parts[:-1] and segments[-1].startswith("discovery."):
            return segments[-1:]
        return None

    @abstractmethod
    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        """Which of the control panel's operations a call is; `rest` is the path below the base."""

    @abstractmethod
    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        """Answer a call; `rest` is the path below the base. `key_revoked` makes every key a wrong one."""
