"""The transcript that docs/ keeps is the one that the bot makes today."""

from __future__ import annotations

from pathlib import Path

from tests.transcript.story import transcript

KEPT = Path(__file__).parents[2] / "docs" / "transcript.md"


def test_it_is_what_the_command_makes() -> None:
    made = transcript()
    assert made == KEPT.read_text(encoding="utf-8"), "run `make transcript`, and read what has changed"
