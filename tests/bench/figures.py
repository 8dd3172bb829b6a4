"""Medians, percentiles and tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest rank among sorted values; `nan` where there are none."""
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """The median of one over the median of the other."""
    return median(one) / median(other)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> str:
    """A table in Markdown, aligned for reading as it is."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])

    rule = "-|-".join("-" * width for width in widths)
    lines = [f"## {title}", "", f"| {line(heads)} |", f"|-{rule}-|", *(f"| {line(row)} |" for row in rows)]
    return "\n".join([*lines, *(["", note] if note else []), ""])


def machine() -> str:
    """What the figures were taken on, and how busy it was with other things."""
    cpu = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        names = [line.partition(":")[2].strip() for line in about.read_text().splitlines() if "name" in line]
        cpu = next(iter(names), cpu)
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{os.cpu_count()} x {cpu}, {platform.system()}, Python {platform.python_version()}; "
        f"load average {busy}"
    )
