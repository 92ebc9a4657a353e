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

    @abstractmethod
    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        """Which of the control panel's operations a call is; `rest` is the path below the base."""

    @abstractmethod
    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        """Answer a call; `rest` is the path below the base. `key_revoked` makes every key a wrong one."""
