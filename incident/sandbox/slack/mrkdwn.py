"""Slack's own markup: what a person types becomes it, and what a bot sends must be it.

Sources: Slack's "Formatting text for app surfaces" (escape `&`, `<` and `>`; the forms between angle
brackets) and "Slash commands" (what `should_escape` does to names and links).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_KNOWN_FORMS = re.compile(
    r"""
      @[UW][A-Z0-9]{3,}(\|[^|]*)?
    | \#[CG][A-Z0-9]{3,}(\|[^|]*)?
    | !subteam\^S[A-Z0-9]{3,}(\|[^|]*)?
    | !(here|channel|everyone)(\|[^|]*)?
    | !date\^\d+\^[^|^]+(\^https?://[^|^\s]+)?\|[^|]+
    | https?://[^\s|]+(\|[^|]*)?
    | mailto:[^\s|@]+@[^\s|]+(\|[^|]*)?
    """,
    re.VERBOSE | re.DOTALL,
)
_MARKUP = re.compile(r"&(?P<entity>amp;|lt;|gt;)?|<(?P<form>[^<>]*)>|(?P<quote>^>+)|[<>]", re.MULTILINE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TYPED = re.compile(
    r"""
      (?P<link>https?://[^\s<>"|]*[^\s<>"|.,;:!?)\]'*_~`])
    | (?<![\w@])@(?P<user>[a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])
    | (?<![\w\#])\#(?P<channel>[a-z0-9_-]+)
    | [&<>]
    """,
    re.VERBOSE,
)


def problems(text: str) -> Iterator[str]:
    """What is wrong with mrkdwn that a bot sent; Slack itself would show it, garbled.

    A `>` that begins a line is a quotation and allowed.
    """
    for found in _MARKUP.finditer(text):
        if found["form"] is not None:
            if not _KNOWN_FORMS.fullmatch(found["form"]):
                yield f"{found[0]!r} is no form that Slack knows; escape `<` and `>` in what people typed"
        elif not found["entity"] and not found["quote"]:
            yield f"unescaped {found[0]!r} at character {found.start()}"


def escape(text: str) -> str:
    """Escapes `&`, `<` and `>`, and nothing else."""
    return re.sub("[&<>]", lambda found: _ENTITIES[found[0]], text)


def typed(text: str, mention: Callable[[str], str | None], channel: Callable[[str], str | None]) -> str:
    """What Slack makes of the words a person types: escaped; names and links in angle brackets.

    Args:
        text: as typed.
        mention: the form for a handle, such as `<@U0ALICE|alice>`, or None if nobody has it.
        channel: the form for a channel's name, or None if there is none.
    """

    def form(found: re.Match[str]) -> str:
        if found["link"]:
            return f"<{escape(found['link'])}>"
        if found["user"]:
            return mention(found["user"]) or found[0]
        if found["channel"]:
            return channel(found["channel"]) or found[0]
        return escape(found[0])

    return _TYPED.sub(form, text)
