"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found.

    Attributes:
        state: how it is.
        found: what is there, or what is not, in a few words.
        advice: what to do about it; empty where all is well.
    """

    state: State
    found: str
    advice: str = ""


class FoundError(Exception):
    """A check can go no further.

    Attributes:
        finding: what it has found so far.
    """

    def __init__(self, finding: Finding) -> None:
        """Keeps it."""
        super().__init__(finding.found)
        self.finding = finding


def good(found: str) -> Finding:
    """All is well."""
    return Finding(State.GOOD, found)


def doubtful(found: str, advice: str) -> Finding:
    """The bot works, though perhaps not as is meant."""
    return Finding(State.DOUBTFUL, found, advice)


def bad(found: str, advice: str) -> Finding:
    """The bot does not work, or a part of it does not."""
    return Finding(State.BAD, found, advice)
