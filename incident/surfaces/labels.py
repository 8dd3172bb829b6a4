"""What people call a status or a severity when they type it into a cell. Pure.

Every label that the bot itself writes is understood, in any language and in both at once; so is what is
obviously short for one. A text that may mean two things means none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from incident.commands.progress import VERBS
from incident.commands.severity import LABELS
from incident.commands.spec import plain
from incident.commands.update import ENDS, STATUSES
from incident.messages.joining import SEPARATOR
from incident.messages.locales import words_for
from incident.model.incident import Severity, Status
from incident.model.locale import LOCALES

_MORE_STATUSES: Mapping[str, Status] = {
    "open": Status.INVESTIGATING,
    "ouvert": Status.INVESTIGATING,
    "closed": Status.RESOLVED,
    "close": Status.RESOLVED,
    "done": Status.RESOLVED,
    "fixed": Status.RESOLVED,
    "resolve": Status.RESOLVED,
    "fermé": Status.RESOLVED,
    "fermée": Status.RESOLVED,
    "clos": Status.RESOLVED,
    "réglé": Status.RESOLVED,
    "résolue": Status.RESOLVED,
    "en analyse": Status.INVESTIGATING,
    "identifié": Status.IDENTIFIED,
    "trouvée": Status.IDENTIFIED,
}
_WITH = ":"
_LEAST_PREFIX = 4
"""Characters from which on the beginning of a label stands for it: `monit`, `invest`."""
_BEFORE_LEVEL = frozenset({"sev", "severity", "gravite", "level", "niveau", "s", "p"})
_LEVEL = re.compile(r"(?:sev|s|p)?([1-4])")
_WORD = re.compile(r"[^\W_]+")


def ended(outcome: str) -> str:
    """The status of an incident that was resolved, with an `Outcome` where it had an uncommon one."""
    return f"{Status.RESOLVED}{_WITH}{outcome}" if outcome else str(Status.RESOLVED)


def parted(status: str) -> tuple[str, str]:
    """A status, and the outcome that `ended` has put with it; empty for none."""
    status, _, outcome = status.partition(_WITH)
    return status, outcome


def status_called(text: str) -> str | None:
    """The status that a cell names, as `ended` has it where it is over; None where it names none."""
    found = {_status(part) for part in text.split(SEPARATOR.strip())}
    return found.pop() if len(found) == 1 else None


def severity_called(text: str) -> str | None:
    """The severity that a cell names, empty for one that is not assessed; None where it names none."""
    parts = {_normal(part) for part in text.split(SEPARATOR.strip())}
    if parts <= _UNKNOWN:
        return ""
    levels: set[str] = set()
    for word in _WORD.findall(_normal(text)):
        if word in _BEFORE_LEVEL:
            continue
        level = _LEVEL.fullmatch(word)
        levels |= {str(Severity(f"sev{level[1]}"))} if level else _LEVEL_WORDS.get(word, {"", "?"})
    return levels.pop() if len(levels) == 1 else None


def _status(text: str) -> str | None:
    word = _normal(text)
    if word in _STATUSES:
        return _STATUSES[word]
    if len(word) < _LEAST_PREFIX:
        return None
    begun = {parted(status)[0] for label, status in _STATUSES.items() if label.startswith(word)}
    return begun.pop() if len(begun) == 1 else None


def _normal(text: str) -> str:
    """In lower case, without accents, and without what stands around the words."""
    return " ".join(plain(text).replace("’", "'").split()).strip(" .,;:!'\"()[]*-✅✔")


def _level_words() -> dict[str, set[str]]:
    """`major` is level 2 in any form of the word."""
    found: dict[str, set[str]] = {}
    for labels in LABELS.values():
        for level, label in labels.items():
            word = _normal(label.partition(",")[2])
            found[word] = {str(level)}
            if word.endswith("eure"):
                found[word.removesuffix("e")] = {str(level)}
    return found


_STATUSES: Mapping[str, str] = {
    _normal(label): str(status)
    for labels in (
        *({label: status for status, label in one.items()} for one in STATUSES.values()),
        *({verb: status for status, verb in one.items()} for one in VERBS.values()),
        _MORE_STATUSES,
    )
    for label, status in labels.items()
} | {_normal(label): ended(outcome) for labels in ENDS.values() for outcome, label in labels.items()}
_LEVEL_WORDS = _level_words()
_UNKNOWN = {_normal(words_for(locale).severity_unknown) for locale in LOCALES}
