"""How long the services take, for the benchmark of a whole declaration."""

from __future__ import annotations

DELAYS: dict[str, tuple[float, float]] = {
    "slack.*": (0.150, 0.400),
    "drive.files.copy": (1.8, 1.8),
    "drive.*": (0.5, 0.5),
    "docs.*": (0.7, 0.7),
    "sheets.*": (0.5, 0.5),
    "meet.*": (0.6, 0.6),
    "pubsub.*": (0.02, 0.02),
}
"""Seconds a call takes, lowest and highest, drawn evenly; the first pattern that matches counts.

These are assumptions, the same for every run, not measurements: orders of magnitude for calls from a data
centre to services that are well. They come from the specification of this benchmark; only `drive.*` (other
than the copy) and `pubsub.*` were added to it. The ratios below do not hang on them, the seconds do.
"""
