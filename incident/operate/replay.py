"""`incident replay`: puts dead letters back on the topic, once what had kept them from being done is mended.

A dead letter is published first and acknowledged after, so none is lost; one that is published twice does no
harm, as its id is the run's.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.types import PubsubMessage, ReceivedMessage

from incident.model.interaction import Interaction, UnreadableMessageError
from incident.runtime.settings import OperatorSettings, SettingsError

SUBSCRIPTION = "incident-dead-letters"
"""As terraform/pubsub.tf calls it."""

_AT_ONCE = 100
PULL_SECONDS = 5.0
"""A pull waits for messages; after so long there are none."""
_CALL_SECONDS = 30.0

_DEAD_LETTER = "CloudPubSubDeadLetterSource"
"""What Pub/Sub adds begins so; https://cloud.google.com/pubsub/docs/handling-failures"""
_ID_SHOWN = 60


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was not done.

    Attributes:
        ack_id: Pub/Sub's, of this pull.
        message: as it was published, with what Pub/Sub has added.
        problem: why the worker cannot read it; empty where it can.
    """

    ack_id: str
    message: PubsubMessage
    problem: str

    @classmethod
    def received(cls, received: ReceivedMessage) -> DeadLetter:
        """What a pull has brought."""
        try:
            Interaction.from_message(received.message.data)
        except UnreadableMessageError as error:
            return cls(received.ack_id, received.message, str(error))
        return cls(received.ack_id, received.message, "")

    def published_again(self) -> PubsubMessage:
        """The message as it was published first."""
        message = self.message
        own = {name: value for name, value in message.attributes.items() if not name.startswith(_DEAD_LETTER)}
        return PubsubMessage(data=message.data, attributes=own, ordering_key=message.ordering_key)

    def columns(self, now: datetime) -> tuple[str, str, str, str]:
        """Kind, id, age and deliveries, and nothing of what a person typed."""
        attributes = self.message.attributes
        return (
            _shown(attributes.get("kind", "?")),
            _shown(attributes.get("id") or f"message {self.message.message_id}"),
            _age(now - self._published_at()),
            _shown(attributes.get(f"{_DEAD_LETTER}DeliveryCount", "?")),
        )

    def _published_at(self) -> datetime:
        """When it was published first, or else when it became a dead letter."""
        first = self.message.attributes.get(f"{_DEAD_LETTER}TopicPublishTime", "")
        try:
            return datetime.fromisoformat(first).astimezone(UTC)
        except ValueError:
            return cast("datetime", self.message.publish_time)


class DeadLetters:
    """The dead letters of a subscription, through Google's own clients; honours `PUBSUB_EMULATOR_HOST`."""

    def __init__(self, subscription: str, topic: str, patience: float = PULL_SECONDS) -> None:
        """Connects.

        Args:
            subscription: full name.
            topic: likewise, where messages are put back.
            patience: seconds to wait for messages, where there are none.
        """
        with ExitStack() as closing:
            self._subscriber = closing.enter_context(SubscriberClient())
            self._publisher = closing.enter_context(PublisherClient())
            self._closing = closing.pop_all()
        self._subscription = subscription
        self._topic = topic
        self._patience = patience

    def __enter__(self) -> DeadLetters:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def pull(self) -> Iterator[DeadLetter]:
        """Every dead letter there is, each once; nobody else is given it for the time being."""
        known: set[str] = set()
        while True:
            request = {"subscription": self._subscription, "max_messages": _AT_ONCE}
            try:
                answer = self._subscriber.pull(request, timeout=self._patience, retry=None)
            except DeadlineExceeded:
                return
            new = [one for one in answer.received_messages if one.message.message_id not in known]
            known |= {one.message.message_id for one in new}
            yield from map(DeadLetter.received, new)
            if not new:  # or those that stay come again and again, when nobody has acknowledged them in time
                return

    def put_back(self, letter: DeadLetter) -> None:
        """Publishes it again, and only then takes it off."""
        self._publisher.publish(
            request={"topic": self._topic, "messages": [letter.published_again()]}, timeout=_CALL_SECONDS
        )
        self._subscriber.acknowledge(
            request={"subscription": self._subscription, "ack_ids": [letter.ack_id]}, timeout=_CALL_SECONDS
        )

    def leave(self, letters: Sequence[DeadLetter]) -> None:
        """Gives them back at once to whoever pulls next."""
        for first in range(0, len(letters), _AT_ONCE):
            request = {
                "subscription": self._subscription,
                "ack_ids": [letter.ack_id for letter in letters[first : first + _AT_ONCE]],
                "ack_deadline_seconds": 0,
            }
            self._subscriber.modify_ack_deadline(request=request, timeout=_CALL_SECONDS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = (
        "Lists the dead letters and puts them back on the topic; those that the worker cannot read stay."
    )
    parser.add_argument("--project", help="of Google Cloud; GOOGLE_CLOUD_PROJECT if not given")
    parser.add_argument("--subscription", default=SUBSCRIPTION, help=f"id; {SUBSCRIPTION} if not given")
    parser.add_argument("--topic", help="id; INCIDENT_TOPIC if not given")
    parser.add_argument("--dry-run", action="store_true", help="only list them")
    parser.add_argument(
        "--include-unreadable", action="store_true", help="put back those, too, that cannot be read"
    )


def run(arguments: argparse.Namespace) -> int:
    """Lists and puts back; 1 if something stays that cannot be read, or Pub/Sub refuses."""
    try:
        settings = OperatorSettings.load()
        project = arguments.project or settings.project
        if not project:
            raise SettingsError("GOOGLE_CLOUD_PROJECT is not set; give --project")
        subscription = f"projects/{project}/subscriptions/{arguments.subscription}"
        topic = f"projects/{project}/topics/{arguments.topic or settings.topic}"
        with DeadLetters(subscription, topic) as dead_letters:
            counts = replay(
                dead_letters, dry_run=arguments.dry_run, include_unreadable=arguments.include_unreadable
            )
    except (SettingsError, GoogleAuthError) as error:
        return _complain(error)
    except GoogleAPICallError as error:
        return _complain(f"Pub/Sub refused: {error.message}")
    return 1 if counts["unreadable"] else 0


def replay(
    dead_letters: DeadLetters,
    *,
    dry_run: bool = False,
    include_unreadable: bool = False,
    say: Callable[[str], None] = print,
) -> Mapping[str, int]:
    """Puts dead letters back, and says so of each.

    Args:
        dead_letters: where they are.
        dry_run: whether all stay where they are.
        include_unreadable: whether to put back what the worker, as it is in this checkout, cannot read.
        say: given each line of the output.

    Returns:
        How many were `back`, how many stay and could be read, and how many stay as they are `unreadable`.
    """
    counts = Counter(back=0, readable=0, unreadable=0)
    staying: list[DeadLetter] = []
    try:
        for letter in dead_letters.pull():
            stays = dry_run or (bool(letter.problem) and not include_unreadable)
            if stays:
                staying.append(letter)
            else:
                dead_letters.put_back(letter)
            fate = ("unreadable" if letter.problem else "readable") if stays else "back"
            counts[fate] += 1
            say(_row("stays" if stays else "back", letter))
    finally:
        dead_letters.leave(staying)
    say(_summary(counts))
    return counts


def _row(fate: str, letter: DeadLetter) -> str:
    kind, identity, age, deliveries = letter.columns(datetime.now(UTC))
    problem = f"unreadable: {letter.problem}" if letter.problem else ""
    return f"{fate:<5}  {kind:<8} {identity:<36} {age:>7} old  {deliveries:>3} deliveries  {problem}".rstrip()


def _summary(counts: Mapping[str, int]) -> str:
    if not any(counts.values()):
        return "There are no dead letters."
    parts = [
        f"{counts['back']} put back",
        f"{counts['readable'] + counts['unreadable']} left where they are",
    ]
    return ", ".join(parts) + (f" ({counts['unreadable']} unreadable)." if counts["unreadable"] else ".")


def _age(age: timedelta) -> str:
    """`3 d`, `5 h`, `12 min` or `40 s`."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if age.total_seconds() >= length:
            return f"{age.total_seconds() // length:.0f} {unit}"
    return f"{max(age.total_seconds(), 0):.0f} s"


def _shown(text: str) -> str:
    """As much of an attribute as a terminal should be shown."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_ID_SHOWN])


def _complain(trouble: object) -> int:
    print(f"incident: {trouble}", file=sys.stderr)  # noqa: T201 - the command's output
    return 1
