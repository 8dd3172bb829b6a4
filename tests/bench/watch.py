"""What the services were asked, and when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Self

from incident.sandbox.faults import Call, Moment
from incident.sandbox.world import World


@dataclass(slots=True)
class Watch:
    """When calls came in and when the service had acted, in seconds from when the watch began."""

    began: float = field(default_factory=time.monotonic)
    arrived: dict[int, float] = field(default_factory=dict)
    acted: list[tuple[Call, float, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, world: World) -> Self:
        """Watches a world from now on; earlier watches of it end, and its faults are mended."""
        world.fault_injector.reset()
        watch = cls()
        world.fault_injector.watch(watch)
        return watch

    def __call__(self, call: Call, moment: Moment) -> None:
        now = time.monotonic() - self.began
        with self.lock:
            if moment == "arrived":
                self.arrived[call.number] = now
            else:
                self.acted.append((call, self.arrived[call.number], now))

    def taken(self) -> dict[str, list[float]]:
        """Seconds the services took, by call, in order of arrival."""
        taken: dict[str, list[float]] = {}
        for call, arrived, acted in sorted(self.acted, key=lambda one: one[1]):
            taken.setdefault(call.name, []).append(acted - arrived)
        return taken

    def forget_from(self, moment: float) -> None:
        """Leaves out the calls that came in from a moment on, such as those of a pass over the surfaces."""
        with self.lock:
            self.acted = [one for one in self.acted if one[1] < moment]

    def there(self, name: str, number: int = 0) -> float:
        """When the service had acted on a call, the first or a later one of this name."""
        return [acted for call, _, acted in sorted(self.acted, key=lambda one: one[1]) if call.name == name][
            number
        ]

    def last(self, *but: str) -> float:
        """When the last call was acted on, apart from Pub/Sub's and those of these names."""
        return max(
            acted for call, _, acted in self.acted if call.service != "pubsub" and call.name not in but
        )
