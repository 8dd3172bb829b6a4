"""The one line that a change leaves in the channel, before it is put into Slack's blocks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class People:
    """Mentions of people and of groups, by their ids, with commas between them.

    Attributes:
        users: Slack user ids.
        groups: ids of user groups.
    """

    users: Sequence[str] = ()
    groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, shown in the reader's own zone.

    Attributes:
        at: with a timezone.
        is_clock: whether the time of day is enough, as it is of today.
    """

    at: datetime
    is_clock: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open, under a label."""

    url: str
    label: str


Part = str | People | Moment | Link


@dataclass(frozen=True, slots=True)
class Button:
    """A button beneath a line.

    Attributes:
        action_id: what it comes back by.
        label: at most 75 characters, in two languages.
        value: what comes back with it, at most 2000 characters.
        is_primary: whether it is what is most likely wanted.
        url: the page that it opens; empty for none.
    """

    action_id: str
    label: str
    value: str
    is_primary: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picker:
    """A menu of all people beneath a line.

    Attributes:
        action_id: what it comes back by.
        placeholder: what stands in it before a choice.
        block: id of its block, which comes back with the choice.
        chosen: Slack user id of who is chosen; empty for nobody.
    """

    action_id: str
    placeholder: str
    block: str
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Undoable:
    """A fact that can be taken back: its id, and when it was said."""

    fact: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What the channel reads of a change.

    Attributes:
        text: a sentence with `{person}` for a mention of who did it, and the names of `parts`.
        parts: what the other names stand for.
        quote: words of that person to be set off beneath, as Slack sent them; empty for none.
        is_inline: whether the words stand in the same line, as they are few.
        more: sentences beneath, with the same names.
        buttons, picker: what can be pressed.
        undo: the fact that the line's Undo takes back; None for the line's own.
    """

    text: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    quote: str = ""
    is_inline: bool = False
    more: Sequence[str] = ()
    buttons: Sequence[Button] = ()
    picker: Picker | None = None
    undo: Undoable | None = None
