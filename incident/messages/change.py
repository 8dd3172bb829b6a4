"""What a change leaves in the channel, and what a person is asked."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    Option,
    PlainTextObject,
    StaticSelectElement,
)

from incident.commands import spec
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE
from incident.messages import rich
from incident.messages.rich import Message, paragraphs, person, quoted
from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, readable


def line(say: Words, said: spec.Line, user_id: str) -> Message:
    """The one line of a change.

    Args:
        say: the words.
        said: the sentence, and the person's own words where there are any.
        user_id: Slack id of the person who made it.
    """
    shown = [rich.line(said.text, person=person(user_id))]
    text = escape(said.text).format(person=f"<@{user_id}>")
    if not said.quote:
        return Message(text, [paragraphs(*shown)])
    quote = readable(as_typed(said.quote))
    return Message(say.headline.format(kind=text, title=escape(quote)), [paragraphs(*shown, quoted(quote))])


def question(say: Words, text: str, question_id: str) -> Message:
    """New incident, or update on this one? `text` is what was typed, as Slack sent it."""
    return Message(
        say.question,
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


def opener(say: Words, spec_: spec.Spec[Any], form: spec.Form) -> Message:
    """A button that opens a form, for a person who typed the verb alone."""
    question = form.fields[0].label
    button = ButtonElement(
        text=PlainTextObject(text=say.write_it), action_id=spec_.opener, value=spec_.name, style="primary"
    )
    return Message(
        escape(question),
        [paragraphs(rich.line("{question}", question=question)), ActionsBlock(elements=[button])],
    )


def about(say: Words, incident: Incident) -> list[Block]:
    """Which incident a form is about, how it stands, and what was last said."""
    said = [rich.line("{title}", title=rich.words(incident.title, bold=True))]
    said.append(
        rich.line("{severity} · {status}", severity=say.severity_of(incident), status=say.status_of(incident))
    )
    blocks: list[Block] = [paragraphs(*said)]
    if incident.last_update:
        blocks.append(paragraphs(quoted(clip(readable(as_typed(incident.last_update.text)), 600))))
    return blocks
