"""Messages that are more than words: with files, forwarded, from an integration, with a preview of a link."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from incident.sandbox.slack import events, mrkdwn, render
from incident.sandbox.slack.interactions import NotPossibleError
from incident.sandbox.slack.people import People
from incident.sandbox.slack.sight import Sight
from incident.sandbox.slack.workspace import JsonObject, Message, Workspace

_WEBHOOK = "B0WEBHOOK"
"""The id of the integration that an incoming webhook belongs to."""


class Sharing:
    """What people and integrations put into channels besides what is typed."""

    def __init__(self, workspace: Workspace, people: People, root: Callable[[], str]) -> None:
        """Posts into the workspace.

        Args:
            workspace: which.
            people: writes the words that go with it.
            root: gives the stand-in's root URL, for permalinks.
        """
        self._workspace, self._people, self._root = workspace, people, root
        self._sight = Sight(workspace)

    def upload(
        self, user: str, channel: str, names: Sequence[str], text: str = "", thread_ts: str | None = None
    ) -> str:
        """Posts a message with files, whose contents are nothing; returns its `ts`.

        Args:
            user: the id of who does.
            channel: its id.
            names: of the files, as they were on the person's machine.
            text: what is typed with them, may be empty.
            thread_ts: the message replied to.

        Raises:
            NotPossibleError: the person cannot write there, or there is no file.

        Source: https://docs.slack.dev/reference/objects/file-object
        """
        if not names:
            raise NotPossibleError("there is no file")
        drafted = self._people.draft(user, channel, text, thread_ts)
        files = tuple(self._file(user, name) for name in names)
        return self._posted(replace(drafted, files=files))

    def forward(self, user: str, channel: str, ts: str, to: str, text: str = "") -> str:
        """Forwards a message to a channel; returns the `ts` of the message that shows it there.

        Args:
            user: the id of who does.
            channel: where the message is.
            ts: which.
            to: the id of the channel that it is forwarded to.
            text: what is typed with it, may be empty.

        Raises:
            NotPossibleError: they do not see the message, or cannot write there.

        Source: https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments; Slack
        does not describe `is_share` and `is_msg_unfurl`, which forwarded messages have.
        """
        person, where = self._sight.at(user, channel)
        message = self._sight.shared(person, where, ts)
        author = self._workspace.users.get(message.user)
        name = message.username or (author.display_name or author.real_name if author else "")
        shared: JsonObject = {
            "id": 1,
            "ts": ts,
            "channel_id": where.id,
            "channel_team": self._workspace.team.id,
            "is_msg_unfurl": True,
            "is_share": True,
            "author_id": message.user or message.bot_id,
            "author_name": name,
            "author_subname": name,
            "text": message.text,
            "fallback": f"{name}: {message.text}",
            "from_url": render.permalink(self._root(), message),
            "footer": "Direct message" if where.kind == "direct" else f"Posted in #{where.name}",
            "mrkdwn_in": ["text"],
            **({"files": list(message.files)} if message.files else {}),
        }
        return self._posted(replace(self._people.draft(user, to, text), attachments=(shared,)))

    def webhook(
        self,
        channel: str,
        text: str,
        username: str = "Alerts",
        *,
        blocks: Sequence[JsonObject] = (),
        attachments: Sequence[JsonObject] = (),
        thread_ts: str | None = None,
    ) -> str:
        """An integration posts through an incoming webhook: a message that is nobody's; returns its `ts`.

        Args:
            channel: its id.
            text: mrkdwn as Slack stores it; unlike what a person types, it may hold any form.
            username: the name that it gives itself.
            blocks: Block Kit, not checked: another app's mistakes are not ours.
            attachments: likewise.
            thread_ts: the message replied to.

        Raises:
            NotPossibleError: there is no such channel, or it is archived.

        Source: https://docs.slack.dev/reference/events/message/bot_message
        """
        where = self._workspace.channels.get(channel)
        if where is None or where.archived:
            raise NotPossibleError(f"nothing can be posted into {channel}")
        posted = Message(
            channel,
            self._workspace.new_ts(),
            "",
            text,
            tuple(blocks),
            thread_ts=thread_ts,
            subtype="bot_message",
            attachments=tuple(attachments),
            username=username,
            bot_id=_WEBHOOK,
        )
        return self._posted(posted)

    def unfurl(self, ts: str, title: str, text: str) -> None:
        """Slack adds a preview of a link to a message: `message_changed`, though nobody edited it.

        Args:
            ts: of the message.
            title: of the page that the link leads to.
            text: of its preview.

        Raises:
            NotPossibleError: there is no such message.

        Source: https://docs.slack.dev/messaging/unfurling-links-in-messages
        """
        with self._workspace.lock:
            message = self._workspace.messages.get(ts)
            if message is None or message.ephemeral_to:
                raise NotPossibleError(f"there is no message {ts}")
            shown = {"id": 1, "title": mrkdwn.escape(title), "text": mrkdwn.escape(text), "fallback": title}
            changed = self._workspace.put(replace(message, attachments=(*message.attachments, shown)))
            self._workspace.happened(lambda: events.message_changed(self._workspace, changed, message))

    def _posted(self, message: Message) -> str:
        self._people.post(message)
        return message.ts

    def _file(self, user: str, name: str) -> JsonObject:
        identifier = self._workspace.new_id("F")
        root = self._root().rstrip("/")
        now = int(self._workspace.clock())
        return {
            "id": identifier,
            "created": now,
            "timestamp": now,
            "name": name,
            "title": name,
            "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "filetype": PurePosixPath(name).suffix.lstrip(".") or "binary",
            "user": user,
            "size": 0,
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "url_private": f"{root}/files-pri/{self._workspace.team.id}-{identifier}/{quote(name)}",
            "permalink": f"{root}/files/{user}/{identifier}/{quote(name)}",
        }
