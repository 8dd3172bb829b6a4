"""Whatever the order in which the same commands are delivered, and however often: the same in the end."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from incident.model.interaction import Interaction
from tests.worker.bot import ALICE, BENOIT, Bot, running, words_of
from tests.worker.scene import CHIDI, Scene

SAID: Sequence[tuple[str, str]] = (
    (ALICE, "sev 2 nobody can pay"),
    (ALICE, "ol <@U0BENOIT|benoit>"),
    (BENOIT, "update we roll back"),
    (ALICE, "ic <@U0CHIDI|chidi>"),
    (CHIDI, "ACCEPT"),
    (BENOIT, "monitoring errors fall"),
    (CHIDI, "sev 3 half of it works"),
    (BENOIT, "note the cache was cold"),
    (CHIDI, "undo"),
    (ALICE, "page <@U0DANA|dana> look"),
    (BENOIT, "action rotate the key"),
    (CHIDI, "decision fail over"),
    (BENOIT, "undo"),
    (ALICE, "resolve rolled back"),
    (BENOIT, "resolve exercise: we practised"),
)
"""What three people do, a second apart. The acceptance is of the fourth; the undos are of the severity before
and of the action: each of one's own last change. Of an end that is said twice the words are the second's and
the time is the first's."""

OFFER, ACCEPTANCE = 3, 4

IDS = re.compile(r"command-[a-z2-7]+|button-[a-z2-7]+|Rb?[0-9A-Z]{6,}|p\d{16}|C0[0-9A-Z]{9}")
TIMES = re.compile(r"<!date\^\d+\^[^>]*>|\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?(?: UTC)?")


@dataclass(frozen=True)
class Ended:
    """What there is in the end, without ids and times that differ from one incident to the next."""

    snapshot: Any
    surfaces: Any
    lines: Any


@contextmanager
def a_bot() -> Iterator[Bot]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as bot:
        yield bot


def carried_out(order: Sequence[int]) -> Ended:
    """One incident in which the commands arrive in this order, each as often as it is named."""
    with a_bot() as bot:
        scene = Scene.begin(bot)
        began = scene.now.declared_at
        sent = commands(scene, began)
        for number in order:
            bot.carry_out(sent[number])
        for number in dict.fromkeys(order):  # what was refused for its time is delivered again
            bot.carry_out(sent[number])
        for _ in range(3):
            bot.minute()
        return ended(scene, {message.id: f"run {number}" for number, message in enumerate(sent)})


def commands(scene: Scene, began: Any) -> list[Interaction]:
    """The commands as the Slack function publishes them, a second apart."""
    sent: list[Interaction] = []
    for number, (user, text) in enumerate(SAID):
        typed = scene.bot.type("status", scene.channel, user)
        at = began + timedelta(seconds=60 + number)
        payload = {**typed.payload, "text": text}
        made = replace(typed, id=f"command-{number:02}", received_at=at, payload=payload)
        if text == "ACCEPT":
            offer = sent[OFFER].id
            pressed = {"action_id": "command.accept", "value": f"{offer}/{CHIDI}", "response_url": ""}
            made = replace(made, kind=type(made.kind)("button"), payload=pressed)
        sent.append(made)
    return sent


def ended(scene: Scene, names: dict[str, str]) -> Ended:
    snapshot = scene.now.to_dict()
    shown = scene.surfaces()
    plain = Plain(scene, names)
    lines = sorted(plain(f"{line.text}\n{words_of(line)}") for line in scene.line_messages())
    texts = (shown.topic, shown.briefing, shown.board, str(list(shown.row)), scene.report())
    return Ended(
        plain(str(sorted(_stable(snapshot).items(), key=str))),
        [plain(one) for one in texts],
        lines,
    )


def _stable(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Without what is of this incident alone; dictionaries sorted."""
    own = {"id", "channel_id", "meet_space", "meet_url", "document_id", "document_url"}

    def of(value: Any) -> Any:
        return {key: of(value[key]) for key in sorted(value)} if isinstance(value, dict) else value

    kept = {name: of(value) for name, value in snapshot.items() if name not in own}
    kept["stamps"] = {name: re.sub(r"^\S+ \S+ ", "", stamp) for name, stamp in kept["stamps"].items()}
    return kept


class Plain:
    """Takes out of a text what differs from one incident to the next."""

    def __init__(self, scene: Scene, names: dict[str, str]) -> None:
        incident = scene.now
        self._began = incident.declared_at
        own = (incident.id, incident.channel_id, incident.meet_url, incident.document_url)
        self._known = {**{value: "·" for value in own if value}, **names}

    def __call__(self, text: str) -> str:
        for value, name in self._known.items():
            text = text.replace(value, name)
        text = re.sub(r"<!date\^(\d+)\^[^>]*>", self._since, text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "·", text)
        text = re.sub(r"\b(declare|command)-[a-z2-7]{26}\b", "·", text)
        return TIMES.sub("·", IDS.sub("·", text))

    def _since(self, found: re.Match[str]) -> str:
        """Seconds since the declaration; a second more or less is the same."""
        return f"+{round((int(found[1]) - self._began.timestamp()) / 10)}"


def first(line: str) -> str:
    """How a line begins: who did what."""
    return line.partition("\n")[0][:24]


_expected: list[Ended] = []


def expected() -> Ended:
    """What there is where each arrives once, as they were said."""
    if not _expected:
        _expected.append(carried_out(range(len(SAID))))
    return _expected[0]


def pressable(order: Sequence[int]) -> list[int]:
    """The same with the acceptance after the offer: nobody can press what is not there yet."""
    kept = [number for number in order if number != ACCEPTANCE]
    place = max(order.index(ACCEPTANCE), kept.index(OFFER) + 1)
    return [*kept[:place], ACCEPTANCE, *kept[place:]]


orders = st.permutations(range(len(SAID))).flatmap(
    lambda order: st.lists(st.sampled_from(order), max_size=6).map(lambda again: [*pressable(order), *again])
)


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink what failed would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(orders)
def test_any_order_and_any_duplication_end_in_the_same(order: list[int]) -> None:
    found, wanted = carried_out(order), expected()
    assert found.snapshot == wanted.snapshot
    assert found.surfaces == wanted.surfaces
    # a line says what was so when it was said as far as that was known: which lines there are is the same
    assert [first(line) for line in found.lines] == [first(line) for line in wanted.lines]


def test_what_it_ends_in_is_what_was_said_last() -> None:
    last = expected()
    _, briefing, board, row, report = last.surfaces
    for words in (briefing, board):
        assert "Resolved (exercise)" in words
    assert "SEV2, major" in briefing, "the third level was undone"
    assert "<@U0CHIDI>" in briefing
    assert "Chidi" in row
    assert "Monitoring" in report
