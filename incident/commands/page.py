"""`/incident page @group @person why`: calls people in, and shows who is coming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from incident.commands.line import Button, Line, Part, People
from incident.commands.refusal import Reason, Refuse
from incident.commands.spec import Arguments, Change, Entry, Field, Form, Said, Spec, Text, plain
from incident.model.facts import FactKind
from incident.model.mentions import is_group, is_id, leading
from incident.model.parts import Call, Coming
from incident.model.slack_text import escape, one_line

COMMS = "comms"
"""Among the people: the group that speaks for the organisation (`INCIDENT_COMMS_GROUP`)."""

TEXT = {
    "en": Text(
        verbs=("page",),
        usage="@group @person, and why",
        help="calls people in, and shows who is coming; page comms calls communications",
        line="{person} calls in {called}.",
        done="They are called; the message in the channel shows who is coming.",
        label="Bring people in",
    ),
    "fr": Text(
        verbs=("appeler",),
        usage="@groupe @personne, et pourquoi",
        help="appelle des gens, et montre qui vient; appeler comms appelle les communications",
        line="{person} appelle {called}.",
        done="C’est fait; le message du canal montre qui vient.",
        label="Faire venir",
    ),
}

WORDS = {
    "en": {
        "coming": "Coming: {coming}.",
        "cannot": "Cannot: {cannot}.",
        "silent": "No answer yet: {silent}.",
        "missing": "Could not be invited: {missing}. Please reach them another way.",
        "ring": "Slack does not ring. If it must ring, call them.",
        "yes": "I’m coming",
        "no": "I can’t",
    },
    "fr": {
        "coming": "Arrivent : {coming}.",
        "cannot": "Ne peuvent pas : {cannot}.",
        "silent": "Sans réponse : {silent}.",
        "missing": "Pas invités : {missing}. Merci de les joindre autrement.",
        "ring": "Slack ne sonne pas. S’il faut que ça sonne, téléphonez.",
        "yes": "J’arrive",
        "no": "Je ne peux pas",
    },
}

ANSWERS = {Coming.YES: "call.yes", Coming.NO: "call.no"}
"""action_ids of the two buttons; their value is the id of the call's run."""

FORM = "page"
"""callback_id of the form; `PEOPLE`, `WHY` and `TELL` are the ids of its inputs."""
PEOPLE = "people"
WHY = "why"
TELL = "tell"
FORM_TEXT = {
    "en": {
        "title": "Bring people in",
        "submit": "Call them",
        "close": "Cancel",
        "people": "Who?",
        "hint": "They are invited and mentioned. Slack does not ring.",
        "why": "Why?",
        "why_hint": "What you need of them",
        "tell": "And communications?",
        "comms": "Call the group that speaks for us",
        "blank": "Please choose somebody.",
    },
    "fr": {
        "title": "Faire venir",
        "submit": "Appeler",
        "close": "Annuler",
        "people": "Qui?",
        "hint": "On les invite et les mentionne. Slack ne sonne pas.",
        "why": "Pourquoi?",
        "why_hint": "Ce que vous attendez d’eux",
        "tell": "Et les communications?",
        "comms": "Appeler le groupe qui parle en notre nom",
        "blank": "Merci de choisir quelqu’un.",
    },
}


@dataclass(frozen=True, slots=True)
class CallIn:
    """Call people in.

    Attributes:
        people: references to people and groups, and `COMMS`.
        reason: as Slack sent it; empty for none.
        comms: whether the group that speaks for the organisation is among them.
    """

    people: list[str] = field(default_factory=list)
    reason: str = ""
    comms: bool = False


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """Say whether one is coming; `of` is the id of the call's run, `answer` a `Coming`."""

    of: str
    answer: str


def parse(arguments: Arguments) -> CallIn | None:
    """People and groups first, `comms` among them, then why; None where nobody is named."""
    people, text = [], arguments.text.strip()
    while text:
        found, rest = leading(text)
        first, *more = rest.split(maxsplit=1) or [""]
        if plain(first.strip(",;:")) == COMMS:
            found, rest = [*found, COMMS], "".join(more)
        people += found
        if rest == text or not found:
            break
        text = rest
    return _call(people, text) if people else None


def _call(people: list[str], reason: str) -> CallIn:
    return CallIn(list(dict.fromkeys(people)), reason, comms=COMMS in people)


def parse_form(values: Mapping[str, Any]) -> CallIn | None:
    """None where nobody was chosen. Slack does not escape what forms hold."""
    people, why, tell = (values.get(name) for name in (PEOPLE, WHY, TELL))
    chosen = [str(user) for user in people] if isinstance(people, list) else []
    chosen += [COMMS] if isinstance(tell, list) and COMMS in tell else []
    return _call(chosen, escape(one_line(why)) if isinstance(why, str) else "") if chosen else None


def names(command: CallIn) -> list[str]:
    """Everybody who is called."""
    return command.people


def named(command: CallIn, ids: Mapping[str, str]) -> CallIn:
    """With ids for names; what was found to be nobody is left out."""
    return replace(command, people=[ids.get(one, one) for one in command.people if is_id(ids.get(one, one))])


def states(command: CallIn, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact: who was called, and why. Who belongs to the groups is stated once it is known."""
    groups = [one for one in command.people if is_group(one)]
    return FactKind.CALLED, {"reason": command.reason, "groups": groups}


def line(change: Change[CallIn], locale: str) -> Line:
    """Who was called, why, who could not be, and who has answered what."""
    words = WORDS[locale]
    call = Call.of(change.id, {"at": change.at.isoformat(), **change.incident.calls.get(change.id, {})})
    people = [one for one in change.command.people if is_id(one) and not is_group(one)]
    reached = [user for user in call.users if user not in call.missing]
    answered = {answer: [u for u in reached if call.answers.get(u) == answer] for answer in Coming}
    parts: dict[str, Part] = {
        "called": People(people, call.groups),
        "coming": People(answered[Coming.YES]),
        "cannot": People(answered[Coming.NO]),
        "silent": People([user for user in reached if user not in call.answers]),
        "missing": People(call.missing),
    }
    more = [
        words[name]
        for name in ("coming", "cannot", "silent", "missing")
        if isinstance(shown := parts[name], People) and shown.users
    ]
    buttons = [
        Button(ANSWERS[Coming.YES], words["yes"], change.id, is_primary=True),
        Button(ANSWERS[Coming.NO], words["no"], change.id),
    ]
    return Line(
        TEXT[locale].line, parts, quote=change.command.reason, more=[*more, words["ring"]], buttons=buttons
    )


def form(locale: str) -> Form:
    """Who, and why."""
    text = FORM_TEXT[locale]
    fields = [
        Field(PEOPLE, text["people"], text["hint"], is_optional=True, entry=Entry.PEOPLE),
        Field(WHY, text["why"], text["why_hint"], is_optional=True),
        Field(TELL, text["tell"], "", [(COMMS, text["comms"])], is_optional=True, entry=Entry.TICKS),
    ]
    return Form(FORM, text["title"], text["submit"], text["close"], fields, text["blank"])


def check(command: AnswerCall, said: Said) -> Refuse | None:
    """Only those who were called answer."""
    call = said.incident.calls.get(command.of, {}) if said.incident else {}
    return None if said.by in call.get("users", [said.by]) else Refuse(Reason.NOT_CALLED)


def _answer(answer: Coming) -> Any:
    return lambda press: AnswerCall(press.value, str(answer)) if press.value else None


COMMAND = Spec(
    CallIn,
    workflow="page",
    text=TEXT,
    is_first=True,
    parse=parse,
    names=names,
    named=named,
    states=states,
    line=line,
    form=form,
    forms={FORM: parse_form},
    example="<@U0BENOIT|benoit> the disk is full",
)

ANSWER = Spec(
    AnswerCall,
    workflow="quiet",
    check=check,
    states=lambda command, _said: (FactKind.CALL_ANSWERED, {"of": command.of, "answer": command.answer}),
    buttons={action: _answer(answer) for answer, action in ANSWERS.items()},
)
