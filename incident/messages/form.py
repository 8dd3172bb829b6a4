"""Forms as Slack shows them, made of what a command says of its own (`incident.commands.spec.Form`).

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from incident.commands.spec import Entry, Field, Form

TEXT_LIMIT = 3000
"""Characters a form takes: as many as a plain text input can hold.

https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""


def view(form: Form, context: str, above: Sequence[Block] = ()) -> View:
    """A form.

    Args:
        form: what it asks.
        context: what comes back with the answer, at most 3000 characters.
        above: what is shown above the inputs, such as which incident it is about.
    """
    inputs = [_input(field, is_first=number == 0) for number, field in enumerate(form.fields)]
    return View(
        type="modal",
        callback_id=form.callback_id,
        private_metadata=context,
        title=PlainTextObject(text=form.title),
        submit=PlainTextObject(text=form.submit),
        close=PlainTextObject(text=form.close),
        blocks=[*above, *inputs],
    )


def _input(field: Field, *, is_first: bool) -> InputBlock:
    return InputBlock(
        block_id=field.id,
        label=PlainTextObject(text=field.label),
        hint=PlainTextObject(text=field.hint) if field.hint else None,
        optional=field.is_optional,
        element=_element(field, is_first=is_first),
    )


def _element(field: Field, *, is_first: bool) -> InputInteractiveElement:
    """What is filled in."""
    match field.entry:
        case Entry.PERSON:
            return UserSelectElement(action_id=field.id)
        case Entry.PEOPLE:
            return UserMultiSelectElement(action_id=field.id)
        case Entry.TICKS:
            return CheckboxesElement(action_id=field.id, options=_options(field))
        case Entry.CHOICE:
            return StaticSelectElement(action_id=field.id, options=_options(field))
        case Entry.MOMENT:
            return DateTimePickerElement(action_id=field.id)
    return PlainTextInputElement(
        action_id=field.id,
        min_length=None if field.is_optional else 1,
        max_length=TEXT_LIMIT,
        multiline=field.is_long or None,
        focus_on_load=is_first or None,
    )


def _options(field: Field) -> list[Option]:
    return [
        Option(value=value, text=PlainTextObject(text=label, emoji=False)) for value, label in field.options
    ]
