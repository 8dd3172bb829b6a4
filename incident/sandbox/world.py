"""The whole sandbox, put together: the stand-ins, the two functions, and the folder they live in.

    Slack ──HTTP──▶ main.slack ──HTTP──▶ Pub/Sub ──HTTP──▶ main.worker ──HTTP──▶ Slack, Google Workspace
                                          ▲    ▲                 │
                              Scheduler ──┘    └──────HTTP───────┘

Everything listens on loopback. All state is in one folder, so a sandbox that is started again goes on.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from incident.operate.manifest import manifest
from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle, Workspace
from incident.sandbox.processes import Processes, free_port
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.pubsub.push_flow import REAL_LIMITS, PushLimits
from incident.sandbox.scheduler import Scheduler
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.event_queue import SUBSCRIBED
from incident.sandbox.slack.seed import COMMS, ON_CALL
from incident.sandbox.slack.shortcuts import of_manifest
from incident.sandbox.state import StateFile, claim
from incident.sandbox.unfinished import unfinished_runs
from incident.sandbox.verification import CHANNEL
from incident.services.slack_methods import PURPOSES

PROJECT = "sandbox"
TOPIC = "incident-interactions"
MAX_DELIVERY_ATTEMPTS = 100
"""As deployed (terraform/): services may be down for an hour and a half."""

TICK_SECONDS = 60.0
"""Between two ticks."""
SOON = 30.0
"""Seconds; by default a run that is next due later than this does not count as work."""


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How the worker's subscription delivers; see `FakePubSub`. All are seconds but `limits`."""

    minimum_backoff: float
    maximum_backoff: float
    ack_deadline: float
    limits: PushLimits


DEPLOYED_DELIVERY = DeliveryPolicy(
    minimum_backoff=5.0, maximum_backoff=60.0, ack_deadline=240.0, limits=REAL_LIMITS
)
"""As terraform/pubsub.tf has it, and Pub/Sub itself."""

LIVELY_DELIVERY = DeliveryPolicy(
    minimum_backoff=0.5, maximum_backoff=10.0, ack_deadline=60.0, limits=PushLimits(longest_backoff=0.5)
)
"""Shorter pauses, so that a person at the sandbox sees an incident heal within seconds."""

_GLANCE = 0.05
"""Seconds between two looks at the bot's store."""

_STATE = "state.json"
_STORE = "incidents.sqlite"
_AUDIT = "audit.jsonl"


class World:
    """A sandbox that runs from when it is made until it is closed.

    Attributes:
        fault_injector: slows, breaks and watches every call of every stand-in.
        slack: Slack's stand-in; `slack.type(user, channel, text)` is a person at work.
        google: Google Workspace's stand-in.
        workspace: the ids in it that the bot is configured with.
        pubsub: Pub/Sub's stand-in.
        scheduler: Cloud Scheduler's stand-in, which publishes the tick.
        unfinished: how many runs the bot will carry on by itself within so many seconds; replaceable where
            the bot's store is not the file `store`.
        ports: where `slack` and `worker`, the two functions, listen.
        processes: the functions' processes; None if whoever made the world serves the functions.
        audit: the file of audit lines, one JSON object a line.
        store: the file of the bot's own store.
        page_url: the root of the pages that links lead to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fresh: bool = False,
        processes: bool = True,
        page_url: str = "",
        delays: Mapping[str, tuple[float, float]] | None = None,
        realistic_pubsub: bool = False,
        tick_seconds: float = TICK_SECONDS,
        events: bool = False,
        tell: Callable[[str, str], None] = lambda _name, _line: None,
    ) -> None:
        """Starts everything, and waits until it answers.

        Args:
            folder: where all state is; made if it is not there.
            fresh: whether to start over, with nothing of what was.
            processes: whether to run the functions; otherwise they are to be served on `ports`.
            page_url: the root of the pages that links lead to; empty for the stand-in of Google's own root.
            delays: seconds that calls take, as the fault injector has them.
            realistic_pubsub: whether Pub/Sub delivers as the deployed subscription does, with pauses of up to
                a minute for a message and for all of them, instead of seconds.
            tick_seconds: between two ticks of the scheduler; 0 for none but those of `tick`.
            events: whether Slack sends the bot the events it subscribed to, as they happen.
            tell: given every line of the functions' output, after the function's name; called in threads.

        Raises:
            FolderInUseError: another sandbox runs in this folder.
            FunctionError: a function cannot be started.
        """
        with ExitStack() as closing:
            folder.mkdir(parents=True, exist_ok=True)
            closing.callback(claim(folder).close)
            file = StateFile(folder / _STATE)
            saved = None if fresh else file.load()
            if saved is None:
                _empty(folder)
            self.audit = folder / _AUDIT
            self.audit.touch()
            self.store = folder / _STORE
            self.ports = {"slack": free_port(), "worker": free_port()}
            self.fault_injector = FaultInjector(delays or {})
            self._secrets = {
                "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(16)}",
                "SLACK_SIGNING_SECRET": secrets.token_hex(16),
            }
            self.slack = FakeSlack(
                self.fault_injector,
                bot_token=self._secrets["SLACK_BOT_TOKEN"],
                signing_secret=self._secrets["SLACK_SIGNING_SECRET"],
            )
            self.slack.scopes = frozenset(PURPOSES)  # as the manifest asks for, and no more
            self._install()
            self.google = FakeGoogle(self.fault_injector)
            self._google_api_url = self._serve(closing, self.google)
            self.slack.url = self._serve(closing, self.slack)
            self.slack.bot_url = f"http://127.0.0.1:{self.ports['slack']}/"
            self.page_url = self.google.url = page_url or self._google_api_url
            if saved is None:
                self.workspace = self.google.seed()
            else:
                self.slack.restore(saved["slack"])
                self.google.restore(saved["google"])
                self.workspace = Workspace(**saved["workspace"])
            closing.callback(file.close)  # after all that changes the state is closed
            delivery = DEPLOYED_DELIVERY if realistic_pubsub else LIVELY_DELIVERY
            self.pubsub = FakePubSub(
                self.fault_injector,
                topic=f"projects/{PROJECT}/topics/{TOPIC}",
                push_url=f"http://127.0.0.1:{self.ports['worker']}/",
                max_delivery_attempts=MAX_DELIVERY_ATTEMPTS,
                minimum_backoff=delivery.minimum_backoff,
                maximum_backoff=delivery.maximum_backoff,
                ack_deadline=delivery.ack_deadline,
                limits=delivery.limits,
            )
            closing.callback(self.pubsub.close)
            self.processes = self._run(closing, tell) if processes else None
            if saved is not None:
                self.pubsub.restore(saved["pubsub"])
            self.unfinished: Callable[[float], int] = lambda within: unfinished_runs(self.store, within)
            closing.callback(self.slack.stop_events)
            self.slack.event_delivery = "sent" if events else "off"
            self.scheduler = Scheduler(self.pubsub.publish, tick_seconds)
            closing.callback(self.scheduler.close)
            file.keep(lambda: self.version, self._snapshot)
            self._closing = closing.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def version(self) -> tuple[int, int, int]:
        """Differs whenever anything in Slack, Google Workspace or Pub/Sub does."""
        return self.slack.version, self.google.version, self.pubsub.version

    def environment(self) -> dict[str, str]:
        """The settings of both functions."""
        return {
            **self._secrets,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "GOOGLE_API_URL": f"{self._google_api_url}/",
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "PUBSUB_EMULATOR_HOST": self.pubsub.host,
            "INCIDENT_TOPIC": TOPIC,
            "INCIDENT_STORE": f"sqlite:{self.store.resolve()}",
            "INCIDENT_TEMPLATE_ID": self.workspace.template_id,
            "INCIDENT_FOLDER_ID": self.workspace.folder_id,
            "INCIDENT_SPREADSHEET_ID": self.workspace.spreadsheet_id,
            "INCIDENT_SHEET": self.workspace.sheet,
            "INCIDENT_CHANNEL": CHANNEL,
            "INCIDENT_ONCALL_GROUPS": ON_CALL.id,
            "INCIDENT_COMMS_GROUP": COMMS.id,
            "INCIDENT_MAX_DELIVERY_ATTEMPTS": str(MAX_DELIVERY_ATTEMPTS),
        }

    def tick(self) -> str:
        """Publishes a tick now; returns the message's id."""
        return self.scheduler.tick()

    def settled(self, within: float = SOON) -> bool:
        """Whether the worker has nothing left to do: no message is undelivered and no run is due.

        Args:
            within: seconds; a run that is next due later does not count.
        """
        if not self.slack.event_queue.settled():
            return False
        before = self.pubsub.version
        # A run that is not yet in the store has its message undelivered; one acknowledged meanwhile has
        # changed the version. So nothing falls between the two looks.
        return (
            self.pubsub.settled()
            and not self.unfinished(within)
            and self.pubsub.settled()
            and self.pubsub.version == before
        )

    def wait_until_settled(self, timeout: float, within: float = SOON) -> bool:
        """Waits until the worker has nothing left to do, as `settled` has it.

        Returns:
            False if that took longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while not self.settled(within):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            if self.pubsub.wait_until_settled(remaining):  # so it is the store that is waited for
                time.sleep(min(_GLANCE, remaining))
        return True

    def close(self) -> None:
        """Ends everything, the functions first, and saves the state. What is undelivered stays so."""
        self._closing.close()

    def _install(self) -> None:
        """Gives Slack's stand-in the shortcuts and the subscriptions of the app's manifest."""
        app = manifest(f"http://127.0.0.1:{self.ports['slack']}/", "en")
        self.slack.people.shortcuts = of_manifest(app)
        subscriptions = app["settings"].get("event_subscriptions", {})
        self.slack.subscribed = frozenset(subscriptions.get("bot_events", SUBSCRIBED))

    def _serve(self, closing: ExitStack, app: FakeSlack | FakeGoogle) -> str:
        server = Server(app)
        closing.callback(server.close)
        return server.url

    def _run(self, closing: ExitStack, tell: Callable[[str, str], None]) -> Processes:
        processes = Processes(self.ports, self.environment(), audit=self.audit, tell=tell)
        closing.callback(processes.close)
        processes.start()
        return processes

    def _snapshot(self) -> dict[str, Any]:
        return {
            "slack": self.slack.snapshot(),
            "google": self.google.snapshot(),
            "pubsub": self.pubsub.snapshot(),
            "workspace": asdict(self.workspace),
        }


def _empty(folder: Path) -> None:
    """Takes out what a sandbox keeps in its folder, and nothing else that may be there."""
    for name in (_STATE, _AUDIT, _STORE):
        for path in folder.glob(f"{name}*"):  # SQLite keeps more files beside its own
            path.unlink()
