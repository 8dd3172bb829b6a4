"""Texts that say the same in several languages, made into one that keeps to a limit. Pure.

Texts may be Slack's mrkdwn: a mention, a date or an escaped character is kept whole or left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SEPARATOR = " · "

_TOKEN = re.compile(r"<[^<>\s][^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_SYMBOL = re.compile(r"[^\w\s]+\s+")
_LEAST = 12
"""Characters that are left of a part, at least, where it is cut: so many can still be read."""
_ANCHOR = 48
"""Characters that two texts must share at once for these to be taken for words that both hold."""


def joined(texts: Sequence[str], limit: int | None = None) -> str:
    """Short texts that say the same in different languages, parted by dots; what is the same in all, once.

    `SEV2 · Known · it’s slow` and `SEV2 · Connu · it’s slow` become `SEV2 · Known · Connu · it’s slow`.

    Args:
        texts: at least one.
        limit: characters of the result; where it would be longer, its longest parts are cut. At least 30.
    """
    split = [text.split(SEPARATOR) for text in texts]
    if len({len(parts) for parts in split}) > 1:
        return _fitted([list(dict.fromkeys(texts))], SEPARATOR, limit)
    parts = [part for same in zip(*split, strict=True) for part in _distinct(same)]
    return _fitted([parts, list(dict.fromkeys(texts))], SEPARATOR, limit)


def beneath(texts: Sequence[str], limit: int | None = None) -> str:
    """Paragraphs that say the same in different languages, one beneath the other; lines all have, once.

    For the arguments, see `joined`.
    """
    lines = in_turn([text.split("\n") for text in texts])
    return _fitted([lines, list(dict.fromkeys(texts))], "\n", limit)


def fallback(texts: Sequence[str], limit: int) -> str:
    """The texts of a message that say the same in different languages, one beneath the other, each whole.

    Where they are longer than `limit`, it is cut what they share: people's own words.
    """
    distinct = list(dict.fromkeys(texts))
    excess = sum(map(len, distinct)) + len(distinct) - 1 - limit
    if len(distinct) > 1 and excess > 0:
        distinct = _with_less_shared(distinct, -(-excess // len(distinct)))
    return _fitted([distinct], "\n", limit)


def in_turn(sequences: Sequence[Sequence[T]]) -> list[T]:
    """Sequences as one: what is the same in all at its place stands once, what differs in the order given.

    Those of different lengths follow each other.
    """
    if len({len(one) for one in sequences}) > 1:
        return one_after_another(sequences)
    found: list[T] = []
    differing: list[Sequence[T]] = []
    for same in zip(*sequences, strict=True):
        if all(item == same[0] for item in same):
            found += _by_language(differing)
            differing = []
            found.append(same[0])
        else:
            differing.append(same)
    return found + _by_language(differing)


def one_after_another(sequences: Sequence[Sequence[T]]) -> list[T]:
    """Sequences that are not built alike as one; what an earlier one has is left out of the later."""
    found: list[T] = []
    for sequence in sequences:
        found = [*found, *(item for item in sequence if item not in found)]
    return found


def _by_language(differing: Sequence[Sequence[T]]) -> list[T]:
    return [item for language in zip(*differing, strict=True) for item in language]


def clipped(text: str, limit: int) -> str:
    """The text, or what of it is no longer than `limit` with an ellipsis; no mention or entity is broken."""
    if len(text) <= limit:
        return text
    end = 0
    for token in _TOKEN.finditer(text):
        if token.end() > limit - 1:
            break
        end = token.end()
    return text[:end].rstrip() + "…"


def _distinct(same: Sequence[str]) -> list[str]:
    """The variants of a part; a symbol that the first begins with is not said again."""
    first, *others = same
    if symbol := _SYMBOL.match(first):
        others = [other.removeprefix(symbol[0]) for other in others]
        if others == [first.removeprefix(symbol[0])] * len(others):
            return [first]
    return list(dict.fromkeys([first, *others]))


def _fitted(ways: Sequence[Sequence[str]], separator: str, limit: int | None) -> str:
    """The parts joined, by the first way that leaves each part readable; the longest parts are cut."""
    for parts in ways:
        whole = separator.join(parts)
        if limit is None or len(whole) <= limit:
            return whole
        share = _share([len(part) for part in parts], limit - len(separator) * (len(parts) - 1))
        if share >= _LEAST or parts is ways[-1]:
            return separator.join(clipped(part, max(share, 1)) for part in parts)
    raise AssertionError("there is a last way")


def _share(lengths: Sequence[int], room: int) -> int:
    """The most that each may have for all to fit, where those that need less leave it to the others."""
    left = room
    for place, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - place)
        if length > share:
            return share
        left -= length
    return max(lengths)


def _with_less_shared(texts: Sequence[str], excess: int) -> list[str]:
    """The texts with `excess` characters less of the longest words that all of them hold, if they do."""
    shared = texts[0]
    for text in texts[1:]:
        shared = _longest_shared(shared, text)
    shared = shared[: _whole_until(shared, texts)]
    kept = len(shared) - excess - 1
    if kept < _LEAST:
        return list(texts)
    return [text.replace(shared, clipped(shared, kept), 1) for text in texts]


def _longest_shared(one: str, other: str) -> str:
    """The longest run of characters that both have; empty where it is shorter than an anchor."""
    longest = ""
    start = 0
    while start + _ANCHOR <= len(one):
        place = other.find(one[start : start + _ANCHOR])
        if place < 0:
            start += _ANCHOR // 2
            continue
        before = 0
        while before < min(start, place) and one[start - before - 1] == other[place - before - 1]:
            before += 1
        end = _ANCHOR
        while (
            start + end < len(one)
            and one[start + end : start + end + 1] == other[place + end : place + end + 1]
        ):
            end += 1
        longest = max(longest, one[start - before : start + end], key=len)
        start += end
    return longest


def _whole_until(shared: str, texts: Sequence[str]) -> int:
    """Up to where `shared` ends between two tokens in every text."""
    bounds = []
    for text in texts:
        start = text.find(shared)
        bounds.append({token.end() - start for token in _TOKEN.finditer(text)} | {0})
    return max(end for end in range(len(shared) + 1) if all(end in ends for ends in bounds) or end == 0)
