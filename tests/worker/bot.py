"""The whole bot in this process: both functions, the stand-ins, and a test that is its Pub/Sub and its time.

A person types, the Slack function publishes, and the test says which message is delivered when. Pauses take
no time: they put the clock forward, for the worker, its store and the stand-ins alike.
"""

from __future__ import annotations

import base64
import gc
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from incident.commands.events import SUBSCRIBED
from incident.engine.run import StoredRun
from incident.model.facts import UNDO_TIME
from incident.model.incident import Incident
from incident.model.interaction import Interaction
from incident.runtime import clock
from incident.sandbox import scheduler
from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle, Workspace
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.workspace import Channel, Message
from incident.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
ALICE, BENOIT = "U0ALICE", "U0BENOIT"
GENERAL, SRE = "C0GENERAL", "C0SRE"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TOKEN, SECRET = "xoxb-sandbox", "a-signing-secret"
TOPIC = "projects/sandbox/topics/incident-interactions"
MAX_ATTEMPTS = 100
MINUTE = 60.0
SLEEP_SCALE = 0.05
"""The short pauses between tries of one call take this share of their time."""


class Time:
    """The real time, put forward. Given to `incident.runtime.clock` and to the stand-ins."""

    def __init__(self, store: Path) -> None:
        """`store` is the file whose leases and due times are put forward, too."""
        self.ahead = 0.0
        self._store = store

    def seconds(self) -> float:
        """Since the epoch."""
        return time.time() + self.ahead

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + self.ahead

    def now(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def pass_(self, seconds: float) -> None:
        """Lets so much time go by at once."""
        self.ahead += seconds
        with closing(sqlite3.connect(self._store, timeout=5)) as connection, connection:
            connection.execute(
                "UPDATE runs SET lease_ends = lease_ends - ?, due = due - ?", (seconds, seconds)
            )
            connection.execute("UPDATE steps SET started = started - ?", (seconds,))


@dataclass
class Bot:
    """The bot, what it works with, and what people, Pub/Sub and time do to it.

    Attributes:
        worker: the worker function.
        slack: Slack, whose people reach the Slack function over real sockets.
        google: Google Workspace.
        workspace: the ids in it that the bot is configured with.
        pubsub: the topic; nothing in it is delivered but by `deliver`.
        fault_injector: breaks any of them.
        store: the bot's own store.
        path: its file.
        time: the clock.
    """

    worker: Flask
    slack: FakeSlack
    google: FakeGoogle
    workspace: Workspace
    pubsub: FakePubSub
    fault_injector: FaultInjector
    store: SqliteStore
    path: Path
    time: Time
    _seen: int = field(default=0)

    # What people do.

    def type(self, text: str, channel: str = GENERAL, user: str = ALICE) -> Interaction:
        """A person types `/incident` and `text`; the message that the Slack function publishes."""
        reply = self.slack.type(user, channel, f"/incident {text}")
        assert reply.status == 200
        (message,) = self.published()
        return message

    def press(
        self, message: Message, action_id: str, value: str | None = None, user: str = ALICE
    ) -> Interaction:
        """A person presses a button, or chooses `value` from a menu; likewise."""
        reply = self.slack.press(user, message.channel, message.ts, action_id, value)
        assert reply.status == 200
        (published,) = self.published()
        return published

    def declare(self, title: str = "database is down", user: str = ALICE) -> Incident:
        """An incident that is there, with nothing left to do."""
        assert self.carry_out(self.type(title, user=user)) == [200]
        return self.incident(title)

    # What Pub/Sub and Cloud Scheduler do.

    def push(self, body: Any, **more: Any) -> TestResponse:
        """A push of whatever bytes or JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.worker.test_client().post("/", data=raw, content_type="application/json", **more)

    def deliver(self, interaction: Interaction, attempt: int | None = 1) -> int:
        """One delivery; the status."""
        return self.push(envelope(interaction.to_message(), attempt)).status_code

    def published(self) -> list[Interaction]:
        """What was published since this was asked last."""
        waiting = self.pubsub.snapshot()["undelivered"]
        new, self._seen = waiting[self._seen :], len(waiting)
        return [Interaction.from_message(base64.b64decode(one["message"]["data"])) for one in new]

    def carry_out(self, *messages: Interaction) -> list[int]:
        """Delivers messages, and whatever the bot publishes meanwhile, once each.

        Returns:
            The statuses of `messages`. Every message of the bot's own is answered 200, whatever happens.
        """
        statuses = [self.deliver(message) for message in messages]
        for _ in range(20):
            own = self.published()
            if not own:
                return statuses
            assert [self.deliver(message) for message in own] == [200] * len(own)
        raise AssertionError("the bot goes on asking itself")

    def tick(self) -> list[Interaction]:
        """The minute's tick; what the bot publishes because of it."""
        assert self.push(envelope(scheduler.DATA)).status_code == 200
        return self.published()

    def minute(self) -> list[Interaction]:
        """A minute goes by, a tick comes, and what it publishes is carried out; what that was."""
        self.time.pass_(MINUTE)
        sent = self.tick()
        self.carry_out(*sent)
        return sent

    def undo_time(self) -> list[Interaction]:
        """Nothing that was said so far can be taken back any more; what was carried out because of it."""
        self.time.pass_(UNDO_TIME.total_seconds() - MINUTE)
        return self.minute()

    # What there is.

    def channel(self, name: str) -> Channel:
        """The channel of this name."""
        found = self.slack.workspace.channel_named(name)
        assert found, f"no #{name}"
        return found

    def incidents(self) -> list[Channel]:
        """The channels of incidents, in the order in which they were made."""
        bot = self.slack.workspace.bot.id
        return [c for c in self.slack.workspace.channels.values() if c.creator == bot and c.kind != "direct"]

    def incident(self, title: str = "database is down") -> Incident:
        """The one incident of this title, as it is stored."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("SELECT fields FROM incidents").fetchall()
        (one,) = [fields for (text,) in found if (fields := json.loads(text))["title"] == title]
        return Incident.from_dict(one)

    def said(self, channel: str = SRE) -> list[str]:
        """The texts of what the bot has said in a channel, oldest first."""
        return [message.text for message in self.messages(channel)]

    def messages(self, channel: str, kind: str = "") -> list[Message]:
        """What the bot has said in a channel; of one kind, by its metadata, if that is given."""
        bot = self.slack.workspace.bot.id
        return [
            m
            for m in self.slack.workspace.history(channel)
            if m.user == bot and not m.subtype and (not kind or event_type(m) == kind)
        ]

    def notices(self) -> list[Message]:
        """Every message that says what is late, has failed or is there after all."""
        found = [m for m in self.slack.workspace.messages.values() if event_type(m) == "incident_notice"]
        return sorted(found, key=lambda message: message.ts)

    def run(self, run_id: str) -> StoredRun:
        """A run as it is stored."""
        found = self.store.run(run_id)
        assert found, f"no run {run_id}"
        return found

    def unfinished(self) -> dict[str, str]:
        """The states of the runs that are not done, by id."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute(
                "SELECT id, state FROM runs WHERE state != 'done' OR completed < generation"
            )
            return dict(found.fetchall())

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Reads or changes the store behind the bot's back, as another version would."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def surfaces(self, incident: Incident) -> Surfaces:
        """What people see of an incident."""
        (briefing,) = self.messages(incident.channel_id, "incident_briefing")
        (board,) = [
            m
            for m in self.messages(SRE, "incident_announcement")
            if m.metadata and m.metadata["event_payload"]["incident"] == incident.id
        ]
        (row,) = [row for row in self.rows() if row[0] == incident.id]
        return Surfaces(
            topic=self.slack.workspace.channels[incident.channel_id].topic,
            briefing=words_of(briefing),
            board=words_of(board),
            row=row,
            report=self.google.document_text(incident.document_id),
        )

    def rows(self) -> list[list[str]]:
        """What the cells of the tracking sheet show, without its header."""
        rows = self.google.sheet_rows(self.workspace.spreadsheet_id, self.workspace.sheet)
        return [[cell.text for cell in row] for row in rows[1:]]


@dataclass(frozen=True)
class Surfaces:
    """The words on each surface."""

    topic: str
    briefing: str
    board: str
    row: list[str]
    report: str

    def showing(self, words: str) -> list[str]:
        """The names of the surfaces, but for the topic, that show these words."""
        texts = {
            "briefing": self.briefing,
            "board": self.board,
            "row": " ".join(self.row),
            "report": self.report,
        }
        return [name for name, text in texts.items() if words in text]


EVERYWHERE = ["briefing", "board", "row", "report"]


def words_of(message: Message) -> str:
    """All words in a message's blocks."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (inner for name, one in value.items() if name == "text" for inner in texts(one))
            yield from (inner for name, one in value.items() if name != "text" for inner in deeper(one))
        elif isinstance(value, list | tuple):
            for one in value:
                yield from texts(one)
        elif isinstance(value, str):
            yield value

    def deeper(value: Any) -> Iterator[str]:
        return texts(value) if isinstance(value, dict | list | tuple) else iter(())

    return "\n".join(texts(message.blocks))


def event_type(message: Message) -> str:
    """Of its metadata; empty if it bears none."""
    return str(message.metadata["event_type"]) if message.metadata else ""


def envelope(data: bytes, attempt: int | None = 1, **attributes: str) -> dict[str, Any]:
    """A push as https://cloud.google.com/pubsub/docs/push#receive_push has it."""
    message = {
        "messageId": "136969346945",
        "publishTime": "2026-11-23T03:04:05.678Z",
        "data": base64.b64encode(data).decode(),
        "attributes": {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", **attributes},
    }
    found: dict[str, Any] = {"message": message, "subscription": "projects/sandbox/subscriptions/s"}
    return found if attempt is None else {**found, "deliveryAttempt": attempt}


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Bot]:
    """The bot, in a workspace where nothing has happened yet."""
    fault_injector, path = FaultInjector(), folder / "store"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        store, ahead = SqliteStore(path), Time(path)
        patch.setattr(clock, "monotonic", ahead.monotonic)
        patch.setattr(clock, "now", ahead.now)
        patch.setattr(clock, "sleep", ahead.pass_)
        patch.setattr(time, "sleep", lambda seconds, sleep=time.sleep: sleep(seconds * SLEEP_SCALE))
        pubsub = FakePubSub(fault_injector, topic=TOPIC, push_url="http://127.0.0.1:9/")
        stack.callback(pubsub.close)
        pubsub.paused = True
        slack = FakeSlack(fault_injector, bot_token=TOKEN, signing_secret=SECRET, clock=ahead.seconds)
        slack.subscribed = frozenset(SUBSCRIBED)
        google = FakeGoogle(fault_injector, clock=ahead.seconds)
        slack_server, google_server = Server(slack), Server(google)
        stack.callback(slack_server.close)
        stack.callback(google_server.close)
        slack.url, google.url = slack_server.url, google_server.url
        workspace = google.seed()
        environment = {
            "GOOGLE_CLOUD_PROJECT": "sandbox",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_API_URL": f"{slack.url}/api/",
            "GOOGLE_API_URL": f"{google.url}/",
            "PUBSUB_EMULATOR_HOST": pubsub.host,
            "INCIDENT_TOPIC": TOPIC.rpartition("/")[2],
            "INCIDENT_STORE": f"sqlite:{path}",
            "INCIDENT_TEMPLATE_ID": workspace.template_id,
            "INCIDENT_FOLDER_ID": workspace.folder_id,
            "INCIDENT_SPREADSHEET_ID": workspace.spreadsheet_id,
            "INCIDENT_SHEET": workspace.sheet,
            "INCIDENT_LOCALE": "en",
            "INCIDENT_MAX_DELIVERY_ATTEMPTS": str(MAX_ATTEMPTS),
            **settings,
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        intake, worker = (
            functions_framework.create_app(target=target, source=str(ROOT / "main.py"))  # type: ignore[no-untyped-call]  # has no types
            for target in ("slack", "worker")
        )
        served = Server(intake)
        stack.callback(served.close)
        slack.bot_url = f"{served.url}/"
        yield Bot(worker, slack, google, workspace, pubsub, fault_injector, store, path, ahead)
    gc.collect()  # Google's clients are large, and hold one another
