"""What may or may not have been published, so that the same words typed again are the same command.

The button that sends a command again carries its id. People type it again instead, and then the instance that
did not know whether the first was recorded gives the second its id: whatever became of the first, it is one
incident. Another instance cannot know of it; the button is what always holds.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from incident.model.interaction import Interaction, Kind
from incident.runtime import clock

KEPT_SECONDS = 600.0
"""Words that are typed again later than this are meant anew."""

_MOST = 200


class Doubtful:
    """The commands of the last minutes of which it is not known whether they were published.

    Safe for threads.
    """

    def __init__(self) -> None:
        """Knows none yet."""
        self._kept: dict[tuple[str, ...], tuple[Interaction, float]] = {}
        self._lock = threading.Lock()

    def remember(self, interaction: Interaction) -> None:
        """Keeps a command; other kinds keep their id by themselves when they are sent again."""
        if interaction.kind is not Kind.COMMAND:
            return
        with self._lock:
            self._forget_old()
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept.setdefault(_key(interaction), (interaction, clock.monotonic() + KEPT_SECONDS))

    def recall(self, interaction: Interaction) -> Interaction:
        """The command as it was first sent, with a new place to answer to; `interaction` where it was not."""
        if interaction.kind is not Kind.COMMAND:
            return interaction
        with self._lock:
            self._forget_old()
            first, _ = self._kept.get(_key(interaction), (interaction, 0.0))
        return replace(first, payload=interaction.payload)

    def _forget_old(self) -> None:
        now = clock.monotonic()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[1] > now}


def _key(interaction: Interaction) -> tuple[str, ...]:
    return interaction.team, interaction.user, interaction.channel, str(interaction.payload.get("text", ""))
