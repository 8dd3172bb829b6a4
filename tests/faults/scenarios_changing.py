"""What people say of an incident, and what they take back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incident.commands import decision, explain, severity, undo, update
from incident.commands.action import NOW, OWNER, PLANNED
from incident.commands.undo import UNDO
from incident.model.incident import Severity, Status
from incident.model.interaction import Interaction
from incident.surfaces.line import LINE, REPLY
from incident.workflows.decision import TOLD
from incident.workflows.update import FOLLOWED
from tests.faults import given
from tests.faults.acting import ALICE, CHIDI, DANA
from tests.faults.ends import IN_CHANNEL, ON_BOARD, ONE_LINE, Ends
from tests.faults.given import EARLIER, asked, chooses, earlier, fills_in, presses, types
from tests.faults.harness import Harness
from tests.faults.invariants import incident_channel
from tests.faults.scenario import Depth, Scenario, unanswered

_UPDATE = "we are failing over & =1+1"
_SHOWN = "we are failing over & =1+1"
_UPDATED = {(LINE, IN_CHANNEL): 1, (REPLY, ON_BOARD): 1}
_FOLLOWED = {**_UPDATED, (FOLLOWED, DANA): 1}
_DECIDED = {(LINE, IN_CHANNEL): 1, (TOLD, ALICE): 1}
_SEV2 = severity.LABELS["en"][Severity.SEV2]


def _called(title: str, slug: str) -> Callable[[Harness], Iterable[str]]:
    """What is wrong where channel and report should be called so."""

    def wrong(harness: Harness) -> Iterable[str]:
        incident = harness.open_store().incident_in_channel(given.channel(harness))
        assert incident
        name = incident_channel(harness, EARLIER).name
        if not name.endswith(slug):
            yield f"the channel is called {name}"
        if incident.channel_name != name:
            yield f"the store has {incident.channel_name}"
        (report,) = (f for f in harness.google.files() if f.id == incident.document_id)
        if not report.name.endswith(title):
            yield f"the report is called {report.name}"

    return wrong


def _again(act: given.Act) -> given.Act:
    def later(harness: Harness) -> Interaction:
        harness.later(60.0)  # briefing and board say when
        return act(harness)

    return later


def _story(name: str, opener: str, text: str, mark: str, posted: dict[tuple[str, str], int]) -> Scenario:
    """Words by the form from the briefing's menu."""
    values = {"words": text}
    return Scenario(name, fills_in(opener, values, more=True), Ends(posted, (mark, text)), prepare=earlier)


SCENARIOS = (
    Scenario(
        "update",
        types(f"update {_UPDATE}"),
        Ends(_FOLLOWED, shown=_SHOWN),
        prepare=given.followed,
        depth=Depth.FULL,
    ),
    Scenario(
        "update_again",
        _again(types(f"update {_UPDATE}")),
        Ends(_FOLLOWED, shown=_SHOWN),
        prepare=given.after(types(f"update {_UPDATE}"), then=given.followed),
        depth=Depth.WORST,
    ),
    Scenario(
        "update_unanswered",
        types(f"update {_UPDATE}"),
        Ends(_FOLLOWED, shown=_SHOWN),
        prepare=given.followed,
        hinder=unanswered,
        like="update",
        depth=Depth.WORST,
    ),
    Scenario(
        "update_form",
        fills_in(
            update.COMMAND.opener,
            {update.WORDS: _UPDATE, update.STATUS: str(Status.MONITORING), update.PROMISE: "15"},
            CHIDI,
        ),
        Ends(_FOLLOWED, ("Monitoring",), shown=_SHOWN),
        prepare=given.followed,
        depth=Depth.WORST,
    ),
    Scenario(
        "progress", types("monitoring"), Ends(says=("Monitoring",), shown="Monitoring"), prepare=earlier
    ),
    Scenario(
        "progress_words",
        types(f"identified {_UPDATE}"),
        Ends(_FOLLOWED, ("Identified",), shown=_SHOWN),
        prepare=given.followed,
    ),
    Scenario(
        "severity",
        types("severity 2 it spreads"),
        Ends(says=("it spreads",), shown=_SEV2),
        prepare=earlier,
        depth=Depth.FULL,
    ),
    Scenario(
        "severity_unanswered",
        types("severity 2 it spreads"),
        Ends(says=("it spreads",), shown=_SEV2),
        prepare=earlier,
        hinder=unanswered,
        like="severity",
        depth=Depth.WORST,
    ),
    Scenario(
        "severity_form",
        fills_in(severity.COMMAND.opener, {severity.LEVEL: "sev2", severity.WHY: "it <spreads>"}, CHIDI),
        Ends(says=("it &lt;spreads&gt;",), shown=_SEV2),
        prepare=earlier,
    ),
    Scenario(
        "choose",
        presses(severity.CHOICE, value=Severity.SEV2),
        Ends(told=severity.TEXT["en"].done, is_thanks=True, shown=_SEV2),
        prepare=asked(types("severity"), severity.CHOICE),
        depth=Depth.WORST,
    ),
    Scenario(
        "explain",
        fills_in(explain.COMMAND.opener, {explain.WHY: "few <people> & less"}),
        Ends({}, ("few &lt;people&gt; &amp; less",), told=explain.TEXT["en"].done, is_thanks=True),
        prepare=given.lowered,
        depth=Depth.WORST,
    ),
    Scenario(
        "note", types("note 00:01 it smells of <smoke>"), Ends(says=("&lt;smoke&gt;",)), prepare=earlier
    ),
    Scenario("did", types("did restarted the workers", DANA), Ends(says=("workers",)), prepare=earlier),
    Scenario(
        "decision",
        types("decision we fail over & wait", CHIDI),
        Ends(_DECIDED, ("we fail over &amp; wait",)),
        prepare=earlier,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario("decision_own", types("decision we wait"), Ends(says=("we wait",)), prepare=earlier),
    Scenario(
        "reject",
        presses(decision.REJECT),
        Ends({}, ("Not so",), told=decision.REJECTION.text["en"].done, is_thanks=True),
        prepare=given.decided,
        depth=Depth.WORST,
    ),
    Scenario("action", types("action rotate the <key>"), Ends(says=("&lt;key&gt;",)), prepare=earlier),
    Scenario("action_of_message", chooses("action.message"), Ends(), prepare=given.said_in_the_channel),
    Scenario("action_now", presses(NOW, CHIDI), Ends({}, ("*Now*",)), prepare=given.added, depth=Depth.WORST),
    Scenario("action_planned", presses(PLANNED, CHIDI), Ends({}, ("*Planned*",)), prepare=given.urgent),
    Scenario(
        "action_owner",
        presses(OWNER, CHIDI, DANA),
        Ends({}, (f"· <@{DANA}>",)),
        prepare=given.added,
        depth=Depth.WORST,
    ),
    _story("note_form", "form.Note", "it smells", "📝", dict(ONE_LINE)),
    _story("did_form", "form.RecordDone", "restarted it", "✔", dict(ONE_LINE)),
    _story("decision_form", "form.Decide", "we wait", "⚖", dict(ONE_LINE)),
    _story("action_form", "form.AddAction", "rotate it", "☐", dict(ONE_LINE)),
    Scenario(
        "rename",
        types("rename payments & more"),
        Ends(shown="payments & more", also=_called("payments & more", "payments-more")),
        prepare=earlier,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "undo",
        types("undo"),
        Ends({}, ("Undone by",), told=undo.TEXT["en"].done),
        prepare=given.noted_just_now,
        depth=Depth.WORST,
    ),
    Scenario(
        "undo_button",
        presses(UNDO),
        Ends({}, ("Undone by",), told=undo.TEXT["en"].done, shown="Severity not set"),
        prepare=given.assessed_just_now,
        depth=Depth.WORST,
    ),
    Scenario(
        "undo_rename",
        types("undo"),
        Ends(
            {},
            ("Undone by",),
            told=undo.TEXT["en"].done,
            shown=EARLIER,
            also=_called(EARLIER, "an-earlier-one"),
        ),
        prepare=given.renamed_just_now,
        depth=Depth.WORST,
    ),
    Scenario("undo_nothing", types("undo"), Ends({}, told="There is nothing to undo"), prepare=given.decided),
)
