"""What the page shows of the sandbox, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incident.commands.registry import typed
from incident.commands.spec import Scope
from incident.messages.english import ENGLISH
from incident.messages.intake import COMMAND
from incident.sandbox.google.state import DOCUMENT, FOLDER, SPREADSHEET
from incident.sandbox.page.switches import MODES, Switches

if TYPE_CHECKING:
    from incident.sandbox.google import Cell, DriveFile, Space
    from incident.sandbox.slack.workspace import Workspace
    from incident.sandbox.world import World

    JsonObject = dict[str, Any]

_LAST = 300
"""How many remote calls are shown."""

_LAST_BYTES = 256 * 1024
"""How much of the audit log's end is shown."""

_PLACES = {DOCUMENT: "document", SPREADSHEET: "spreadsheet", FOLDER: "folder"}
"""The page on which a file of each type is shown."""


def version(world: World, switches: Switches) -> str:
    """A word that is another one whenever what the page shows may be."""
    parts: Sequence[object] = (
        *world.version,
        len(world.fault_injector.calls),
        world.audit.stat().st_size,
        world.pubsub.paused,
        *switches.positions.values(),
        *(process["pid"] for process in _processes(world)),
    )
    return "-".join(map(str, parts))


def everything(world: World, switches: Switches) -> JsonObject:
    """All that the workspace and what is behind the scenes are drawn from."""
    return {
        **_slack(world.slack.workspace),
        "shortcuts": [
            {"id": shortcut.callback_id, "name": shortcut.name, "type": shortcut.type}
            for shortcut in world.slack.people.shortcuts
        ],
        **_google(world),
        "hints": hints(),
        "services": switches.positions,
        "modes": [{"id": mode.id, "title": mode.title, "says": mode.says} for mode in MODES.values()],
        "processes": _processes(world),
        "pubsub": _pubsub(world),
        "calls": [
            {"number": call.number, "service": call.service, "method": call.method}
            for call in world.fault_injector.calls[-_LAST:]
        ],
        "audit": list(_audit(world.audit)),
    }


def hints() -> list[JsonObject]:
    """What can be typed, as the composer offers it while a person types.

    Each has `typed`, which takes its place in the box, the `argument` that is to follow, what it `says` it
    does, and whether it is understood in an incident's channel alone (`in_incident`).
    """
    say = ENGLISH
    found = [_hint(f"{COMMAND} ", say.what_went_wrong, say.help_declare, in_incident=False)]
    for spec in typed():
        text = spec.text[say.locale]
        words = f"{COMMAND} {text.verbs[0]}" + (" " if text.usage else "")
        found.append(_hint(words, text.usage, text.help, in_incident=spec.scope is Scope.IN_INCIDENT))
    return found


def _hint(words: str, argument: str, says: str, *, in_incident: bool) -> JsonObject:
    return {
        "typed": words,
        "argument": f"[{argument}]" if argument else "",
        "says": says,
        "in_incident": in_incident,
    }


def document(world: World, id_: str) -> JsonObject:
    """A document as it is now.

    Raises:
        KeyError: there is no such document.
    """
    suggestions = [asdict(suggestion) for suggestion in world.google.person.suggestions(id_)]
    view = asdict(world.google.document(id_))
    return {"id": id_, "trashed": _file(world, id_).trashed, **view, "suggestions": suggestions}


def spreadsheet(world: World, id_: str) -> JsonObject:
    """A spreadsheet as it is now: `sheets`, each with its `title` and `rows` of cells.

    Raises:
        KeyError: there is no such spreadsheet.
    """
    sheets = [
        {
            "title": title,
            "rows": [[_cell(cell) for cell in row] for row in world.google.sheet_rows(id_, title)],
        }
        for title in world.google.sheet_titles(id_)
    ]
    return {"id": id_, "title": _file(world, id_).name, "sheets": sheets}


def folder(world: World, id_: str) -> JsonObject:
    """A folder and the `files` in it, by name.

    Raises:
        KeyError: there is no such folder.
    """
    inside = [file for file in world.google.files() if file.parent == id_ and not file.trashed]
    files = [{"id": file.id, "title": file.name, "place": _PLACES.get(file.mime_type)} for file in inside]
    return {
        "id": id_,
        "title": _file(world, id_).name,
        "files": sorted(files, key=lambda file: file["title"] or ""),
    }


def call(world: World, code: str) -> JsonObject:
    """A Meet space.

    Raises:
        KeyError: there is no call with this code.
    """
    space = next((space for space in world.google.spaces() if space.code == code), None)
    if space is None:
        raise KeyError(code)
    return _space(world, space)


def _slack(workspace: Workspace) -> JsonObject:
    """Slack as its people see it: no metadata, no triggers, no response URLs."""
    with workspace.lock:
        return {
            "workspace": workspace.team.name,
            "people": [
                {
                    "id": user.id,
                    "name": user.display_name or user.real_name,
                    "handle": user.name,
                    "bot": bool(user.bot_id),
                    "admin": user.admin,
                    "locale": user.locale,
                    "gone": user.deleted,
                    "guest": user.restricted or user.ultra_restricted,
                    "stranger": bool(user.team),
                }
                for user in workspace.users.values()
            ],
            "groups": [{"id": group.id, "name": group.handle} for group in workspace.groups.values()],
            "channels": [
                {
                    "id": channel.id,
                    "name": channel.name or workspace.bot.display_name,
                    "kind": channel.kind,
                    "topic": channel.topic,
                    "members": channel.members,
                    "archived": channel.archived,
                    "pins": channel.pins,
                    "bookmarks": [
                        {"title": bookmark.title, "link": bookmark.link, "emoji": bookmark.emoji}
                        for bookmark in workspace.bookmarks.values()
                        if bookmark.channel == channel.id
                    ],
                }
                for channel in workspace.channels.values()
            ],
            "messages": [
                {
                    "channel": message.channel,
                    "ts": message.ts,
                    "user": message.user,
                    "text": message.text,
                    "blocks": message.blocks,
                    "thread_ts": message.thread_ts,
                    "broadcast": message.broadcast,
                    "inviter": message.inviter,
                    "subtype": message.subtype,
                    "edited": message.edited is not None,
                    "ephemeral_to": message.ephemeral_to,
                    "reactions": message.reactions,
                    "username": message.username,
                    "files": [{"name": file["name"]} for file in message.files],
                    "attachments": message.attachments,
                }
                for message in sorted(workspace.messages.values(), key=lambda message: message.ts)
            ],
            "views": [asdict(view) for view in workspace.views.values()],
        }


def _google(world: World) -> JsonObject:
    """What there is, newest first; the reports before other documents, what is in the trash last."""
    everything = sorted(world.google.files(), key=lambda file: (file.trashed, -file.created))
    files = [file for file in everything if not file.trashed]
    documents = [file for file in everything if file.mime_type == DOCUMENT]
    template_id = world.workspace.template_id
    return {
        "documents": [
            {
                "id": file.id,
                "title": file.name,
                "template": file.id == template_id,
                "trashed": file.trashed,
            }
            for file in sorted(documents, key=lambda file: (file.trashed, file.id == template_id))
        ],
        "spreadsheets": [
            {"id": file.id, "title": file.name} for file in files if file.mime_type == SPREADSHEET
        ],
        "spaces": [_space(world, space) for space in reversed(world.google.spaces())],
    }


def _space(world: World, space: Space) -> JsonObject:
    return {
        "name": space.name,
        "code": space.code,
        "link": world.google.links.meet(space.code),
        "access": space.config.get("accessType", ""),
    }


def _file(world: World, id_: str) -> DriveFile:
    found = next((file for file in world.google.files() if file.id == id_), None)
    if found is None:
        raise KeyError(id_)
    return found


def _cell(cell: Cell) -> JsonObject:
    return {"text": cell.text, "formula": cell.formula, "link": cell.link, "note": cell.note}


def _processes(world: World) -> list[JsonObject]:
    if world.processes is None:
        return []
    return [{"name": name, "pid": world.processes.pid(name)} for name in world.ports]


def _pubsub(world: World) -> JsonObject:
    snapshot = world.pubsub.snapshot()
    return {
        "paused": world.pubsub.paused,
        "backoff": world.pubsub.flow.backoff,
        "window": world.pubsub.flow.window,
        "waiting": [
            {**_message(waiting["message"]), "attempt": waiting["attempt"]}
            for waiting in snapshot["undelivered"]
        ],
        "deliveries": [
            {**asdict(delivery), "acknowledged": delivery.acknowledged}
            for delivery in world.pubsub.deliveries[-20:]
        ],
        "dead_letters": [_message(letter) for letter in snapshot["dead_letters"]],
    }


def _message(message: JsonObject) -> JsonObject:
    return {"id": message["id"], "kind": message["attributes"].get("kind", "")}


def _audit(path: Path) -> Iterator[JsonObject]:
    """The last lines, each with where in the file it begins."""
    with path.open("rb") as file:
        offset = max(0, path.stat().st_size - _LAST_BYTES)
        file.seek(offset)
        if offset:
            offset += len(file.readline())  # the rest of a line
        for line in file:
            if line.endswith(b"\n"):  # or else it is still being written
                yield {"offset": offset, "line": json.loads(line)}
            offset += len(line)
