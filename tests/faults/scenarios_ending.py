"""How people end an incident, what they know of it afterwards, and how it goes on after all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incident.commands import findings, resolve, undo
from incident.commands.refusal import WORDS, Reason
from incident.commands.reopen import REOPEN
from incident.commands.undo import UNDO
from incident.model.incident import Finding
from incident.surfaces.line import LINE, REPLY
from incident.workflows.update import FOLLOWED
from tests.faults import given
from tests.faults.acting import CHIDI, DANA
from tests.faults.ends import IN_CHANNEL, ON_BOARD, Ends
from tests.faults.given import earlier, fills_in, presses, types
from tests.faults.harness import Harness
from tests.faults.scenario import Depth, Scenario

_FIX = "rolled back & waited =1+1"
_TOLD = {(LINE, IN_CHANNEL): 1, (REPLY, ON_BOARD): 1}
_FOLLOWED = {**_TOLD, (FOLLOWED, DANA): 1}
_OPEN, _OVER = "Investigating", "Resolved"
_BEGAN = "1795000000"
"""Earlier than any scenario: seconds since the epoch."""

followed_and_bad = given.after(types("severity 1"), then=given.followed)
resolved = given.after(types(f"resolve {_FIX}"))
resolved_and_followed = given.after(types(f"resolve {_FIX}"), then=given.followed)
resolved_just_now = given.just_after(types(f"resolve {_FIX}"))
reopened_just_now = given.just_after(types(f"resolve {_FIX}"), types("reopen errors are back"))


def _broadcast(*, expected: bool) -> Callable[[Harness], Iterable[str]]:
    """What is wrong where the channel of the board should have read the reply in its thread, or not."""

    def wrong(harness: Harness) -> Iterable[str]:
        messages = harness.slack.workspace.messages.values()
        new = [m for m in messages if m.ts not in harness.known and m.thread_ts not in {None, m.ts}]
        if [m.broadcast for m in new] != [expected]:
            yield f"{len(new)} replies, of which the channel reads {sum(m.broadcast for m in new)}"

    return wrong


def _knows(name: Finding, value: str) -> Callable[[Harness], Iterable[str]]:
    """What is wrong where this should have been found out."""

    def wrong(harness: Harness) -> Iterable[str]:
        incident = harness.open_store().incident_in_channel(given.channel(harness))
        assert incident
        if incident.found(name) != value:
            yield f"{name} is {incident.found(name)!r}"

    return wrong


SCENARIOS = (
    Scenario(
        "resolve",
        types(f"resolve {_FIX}"),
        Ends(
            _FOLLOWED,
            ("Resolved by",),
            shown=_FIX,
            briefed="Add what we know",
            also=_broadcast(expected=True),
        ),
        prepare=followed_and_bad,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "resolve_again",
        types("résoudre redémarré"),
        Ends(_TOLD, ("redémarré",), shown="redémarré", also=_broadcast(expected=False)),
        prepare=resolved,
    ),
    Scenario(
        "resolve_form",
        fills_in(
            resolve.COMMAND.opener,
            {
                findings.FIX: _FIX,
                findings.IMPACT: "nobody could <pay>",
                findings.BEGAN: _BEGAN,
                findings.LEARNT: "alert",
            },
            CHIDI,
        ),
        Ends(_TOLD, ("nobody could &lt;pay&gt;", "An alert told us"), shown="after it began"),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "resolve_false_alarm",
        types("resolve false alarm"),
        Ends(_TOLD, ("calling it was right",), shown="Resolved (false alarm)"),
        prepare=earlier,
    ),
    Scenario(
        "resolve_exercise",
        fills_in(resolve.COMMAND.opener, {findings.FIX: "well done", findings.OUTCOME: ["exercise"]}),
        Ends(_TOLD, ("well done", "everybody"), shown="Resolved (exercise)"),
        prepare=earlier,
    ),
    Scenario(
        "add_what_we_know",
        fills_in(findings.COMMAND.opener, {findings.IMPACT: "few <people>", findings.NOTICED: _BEGAN}),
        Ends(
            {},
            ("few &lt;people&gt;", "We noticed"),
            told=findings.TEXT["en"].done,
            is_thanks=True,
            shown=_OVER,
            also=_knows(Finding.IMPACT, "few &lt;people&gt;"),
        ),
        prepare=resolved,
        depth=Depth.WORST,
    ),
    Scenario(
        "reopen",
        types("reopen errors are back"),
        Ends(_FOLLOWED, ("errors are back",), shown=_OPEN, also=_broadcast(expected=False)),
        prepare=resolved_and_followed,
        depth=Depth.WORST,
    ),
    Scenario(
        "reopen_button",
        presses(REOPEN, CHIDI),
        Ends(_TOLD, ("reopened the incident",), shown=_OPEN),
        prepare=resolved,
    ),
    Scenario(
        "reopen_by_status",
        types("monitoring"),
        Ends(says=("reopened the incident: it is now *Monitoring*",), shown="Monitoring"),
        prepare=resolved,
    ),
    Scenario(
        "reopen_open",
        types("reopen"),
        Ends({}, told=WORDS["en"][Reason.NOT_RESOLVED], shown=_OPEN),
        prepare=earlier,
    ),
    Scenario(
        "undo_resolve",
        presses(UNDO),
        Ends({}, ("Undone by",), told=undo.TEXT["en"].done, shown=_OPEN),
        prepare=resolved_just_now,
        depth=Depth.WORST,
    ),
    Scenario(
        "undo_reopen",
        types("undo"),
        Ends({}, ("Undone by",), told=undo.TEXT["en"].done, shown=_OVER),
        prepare=reopened_just_now,
    ),
)
