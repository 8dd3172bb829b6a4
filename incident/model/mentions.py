"""People and groups as they are named in what a person typed. Pure.

Slack writes a mention as `<@U…|name>` or `<!subteam^S…|@name>` where it understood it, and leaves the
characters (`@ana`) where it did not. A reference is what is kept of it: `U…`, `S…` or `@ana`.

https://docs.slack.dev/interactivity/implementing-slash-commands#escaping-users-and-channels
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(
    r"\s*(?:<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|(?P<typed>@[\w.\-]*\w))(?=[\s,;:]|$)[,;:]?",
)
_ID = re.compile(r"[UWS][A-Z0-9]+")


def leading(text: str) -> tuple[list[str], str]:
    """The references that a text begins with, each once, and the rest of it."""
    found: list[str] = []
    while match := _REFERENCE.match(text):
        found += [one for one in match.groups() if one]
        text = text[match.end() :]
    return list(dict.fromkeys(found)), text.strip()


def is_id(reference: str) -> bool:
    """Whether it is known who is meant."""
    return _ID.fullmatch(reference) is not None


def is_group(reference: str) -> bool:
    """Whether a group is meant, by its id."""
    return is_id(reference) and reference.startswith("S")
