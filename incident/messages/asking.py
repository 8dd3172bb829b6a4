"""What a person is asked, them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    Option,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)

from incident.commands import spec
from incident.commands.findings import known
from incident.commands.line import Moment
from incident.commands.question import (
    ANSWER_DECLARE,
    ANSWER_INCIDENT,
    ANSWER_PERSON,
    ANSWER_UPDATE,
    BLOCK_PREFIX,
)
from incident.commands.refusal import WORDS as REFUSALS
from incident.commands.refusal import Reason
from incident.commands.registry import ABOUT_PREFIX
from incident.messages import rich
from incident.messages.incident import headline
from incident.messages.rich import Message, paragraphs, quoted
from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, readable


def question(say: Words, text: str, question_id: str) -> Message:
    """New incident, or update on this one? `text` is what was typed, as Slack sent it."""
    pressed = say.to_press.format(buttons=f"{say.question_update}, {say.question_declare}")
    return Message(
        f"{say.question} {pressed}",
        [
            paragraphs(rich.line(say.question), quoted(readable(as_typed(text)))),
            ActionsBlock(
                elements=[
                    ButtonElement(
                        text=PlainTextObject(text=say.question_update),
                        action_id=ANSWER_UPDATE,
                        value=question_id,
                        style="primary",
                    ),
                    ButtonElement(
                        text=PlainTextObject(text=say.question_declare),
                        action_id=ANSWER_DECLARE,
                        value=question_id,
                    ),
                ]
            ),
        ],
    )


def which_incident(say: Words, text: str, open_: Sequence[Incident], question_id: str) -> Message:
    """A new incident, or one that is open?

    Args:
        say: the words.
        text: what was typed, as Slack sent it; empty where nothing was, and then no new one is offered.
        open_: the incidents to choose from, at most 100.
        question_id: of the run that asks.
    """
    shown = clip(readable(as_typed(text)), _NAMED_LIMIT)
    asked = say.which_incident.format(text=shown) if text else say.which_placeholder
    elements: list[InteractiveElement] = []
    if open_:
        options = [
            Option(
                value=one.channel_id,
                text=PlainTextObject(text=clip(f"{headline(say, one)} · {one.date}", _OPTION_LIMIT)),
            )
            for one in open_
        ]
        elements.append(
            StaticSelectElement(
                placeholder=PlainTextObject(text=say.which_placeholder),
                action_id=ANSWER_INCIDENT,
                options=options,
            )
        )
    if text:
        label = PlainTextObject(text=say.declare_it)
        elements.append(ButtonElement(text=label, action_id=ANSWER_DECLARE, value=question_id))
    sections = [rich.line("{asked}", asked=asked)]
    sections += [] if open_ else [rich.line(say.no_open_incident)]
    blocks: list[Block] = [paragraphs(*sections)]
    if elements:
        blocks.append(ActionsBlock(block_id=f"{BLOCK_PREFIX}{question_id}", elements=elements))
    choices = [*([say.which_placeholder] if open_ else []), *([say.declare_it] if text else [])]
    pressed = [say.to_press.format(buttons=", ".join(choices))] if choices else [say.no_open_incident]
    return Message(" ".join([escape(asked), *pressed]), blocks)


_OPTION_LIMIT = 75
_NAMED_LIMIT = 300
"""Characters of what a person typed in a question about it."""


def whom(say: Words, name: str, question_id: str) -> Message:
    """Who was meant by a name that several people have, or nobody."""
    name = clip(readable(name), _NAMED_LIMIT)
    people = UserSelectElement(
        action_id=ANSWER_PERSON, placeholder=PlainTextObject(text=say.whom_placeholder)
    )
    return Message(
        escape(say.whom.format(name=name)),
        [
            paragraphs(rich.line(say.whom, name=rich.words(name, bold=True))),
            ActionsBlock(block_id=f"{BLOCK_PREFIX}{question_id}", elements=[people]),
        ],
    )


def refusal(say: Words, reason: str, who: str) -> Message:
    """Why what a person did counts for nothing; `who` is the Slack user id it names."""
    text = REFUSALS[say.locale][Reason(reason)]
    shown = rich.line(text, who=rich.person(who) if who else say.nobody)
    return Message(escape(text).format(who=f"<@{who}>" if who else say.nobody), [paragraphs(shown)])


def menu(asked: spec.Menu) -> Message:
    """A question with a few answers to pick from."""
    options = [
        Option(value=value, text=PlainTextObject(text=label, emoji=False)) for value, label in asked.options
    ]
    select = StaticSelectElement(
        placeholder=PlainTextObject(text=asked.placeholder), action_id=asked.action_id, options=options
    )
    return Message(
        escape(asked.question), [paragraphs(rich.line(asked.question)), ActionsBlock(elements=[select])]
    )


def opener(say: Words, spec_: spec.Spec[Any], form: spec.Form, channel: str = "") -> Message:
    """A button that opens a form, for a person who typed the verb alone.

    Args:
        say: the words.
        spec_: of the command whose form it is.
        form: in these words.
        channel: of the incident that it is about, where it is asked elsewhere.
    """
    question = form.fields[0].label
    value = f"{ABOUT_PREFIX}{channel}" if channel else spec_.name
    button = ButtonElement(
        text=PlainTextObject(text=say.write_it), action_id=spec_.opener, value=value, style="primary"
    )
    return Message(
        escape(question),
        [paragraphs(rich.line("{question}", question=question)), ActionsBlock(elements=[button])],
    )


def about(say: Words, incident: Incident) -> list[Block]:
    """Which incident a form is about, how it stands, what was found out, and what was last said."""
    said = [rich.line("{title}", title=rich.words(incident.title, bold=True))]
    said.append(
        rich.line("{severity} · {status}", severity=say.severity_of(incident), status=say.status_of(incident))
    )
    for sentence, parts in known(incident, say.locale):
        shown = {name: rich.moment(one.at) if isinstance(one, Moment) else one for name, one in parts.items()}
        said.append(rich.line(sentence, **shown))
    blocks: list[Block] = [paragraphs(*said)]
    if incident.last_update:
        blocks.append(paragraphs(quoted(clip(readable(as_typed(incident.last_update.text)), 600))))
    return blocks
