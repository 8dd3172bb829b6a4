"""What the person who typed reads at once: acknowledgement, help, the form."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    PlainTextObject,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from incident.commands import declare
from incident.commands.registry import PRESSED_FIRST, shortcuts, typed
from incident.commands.spec import Scope, Spec, Text
from incident.messages.rich import (
    Message,
    bullets,
    code,
    line,
    notification,
    paragraphs,
    plain,
    to_copy,
    words,
)
from incident.messages.words import Words
from incident.model.slack_text import escape

COMMAND = "/incident"
RESEND = "intake.resend"
"""action_id of the button that sends the same interaction again."""
TITLE_LIMIT = 3000
"""Characters the form takes: as many as a plain text input can hold.

https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""


def not_recorded(say: Words, text: str, resend: str = "") -> Message:
    """The command is not on its way; here are the person's words, whole, to send again.

    Args:
        say: the words.
        text: what the person typed after the command.
        resend: the value of the button that sends it again; empty for no button.
    """
    return _words_handed_back(say, say.not_recorded, text, resend)


def not_known_if_recorded(say: Words, text: str, resend: str = "") -> Message:
    """The command may or may not be on its way; for the arguments, see `not_recorded`."""
    return _words_handed_back(say, f"{_not_known(say, resend)} {say.your_words}", text, resend)


def press_not_recorded(say: Words, resend: str = "") -> Message:
    """What was pressed or chosen is not on its way; `resend` as in `not_recorded`."""
    return _with_resend(say, plain(say.not_recorded_form), resend)


def press_not_known_if_recorded(say: Words, resend: str = "") -> Message:
    """What was pressed or chosen may or may not be on its way; `resend` as in `not_recorded`."""
    return _with_resend(say, plain(_not_known(say, resend)), resend)


def notice(say: Words, message: Message) -> View:
    """A modal for a message whose person is in no channel."""
    return View(
        type="modal",
        title=PlainTextObject(text=say.notice_title),
        close=PlainTextObject(text=say.form_close),
        blocks=[SectionBlock(text=PlainTextObject(text=message.text))],
    )


def _not_known(say: Words, resend: str) -> str:
    return f"{say.not_known_if_recorded} {say.resend_is_harmless if resend else say.resend_not_possible}"


def _words_handed_back(say: Words, why: str, text: str, resend: str) -> Message:
    typed = f"{COMMAND} {text}".rstrip()
    message = Message(
        notification("{why} {typed}", why=why, typed=typed), [paragraphs(line(why), to_copy(typed))]
    )
    return _with_resend(say, message, resend)


def _with_resend(say: Words, message: Message, resend: str) -> Message:
    if not resend:
        return message
    button = ButtonElement(
        text=PlainTextObject(text=say.resend), action_id=RESEND, value=resend, style="primary"
    )
    return Message(message.text, [*message.blocks, ActionsBlock(elements=[button])])


def form_did_not_open(say: Words, text: Text | None = None) -> Message:
    """How to do without a form: of a declaration, or of the command that has these words."""
    typed = f"{COMMAND} {_to_fill(say.what_went_wrong)}"
    if text is not None:
        typed = f"{COMMAND} {text.verbs[0]} {_to_fill(text.usage)}"
    return Message(
        f"{say.form_did_not_open} {typed}", [paragraphs(line(say.form_did_not_open), to_copy(typed))]
    )


def help_text(say: Words) -> Message:
    """An example, what is needed first, what can be pressed, and everything else that can be typed.

    The commands tell of themselves (`incident.commands.registry`).
    """
    example = f"{COMMAND} {declare.EXAMPLES[say.locale]}"
    in_channel = [spec for spec in typed() if spec.scope is Scope.IN_INCIDENT]
    first = [spec for spec in in_channel if spec.is_first]
    anywhere = [spec for spec in typed() if spec.scope is Scope.ANYWHERE]
    more = [spec for spec in (*in_channel, *anywhere) if not spec.is_first]
    buttons = " · ".join(spec.text[say.locale].label for spec in PRESSED_FIRST)
    menu = " · ".join(entry.names[say.locale] for entry in shortcuts() if entry.parse)
    pressed = [line(say.help_buttons, buttons=buttons), line(say.help_menus, entries=menu)]
    spoken = [f"{example} {say.help_declare}", say.help_first, *(_typed(say, spec) for spec in first)]
    spoken += [say.help_buttons.format(buttons=buttons), say.help_menus.format(entries=menu)]
    return Message(
        escape("\n".join([*spoken, say.help_more, *(_typed(say, spec) for spec in more)])),
        [
            paragraphs(
                _entry(example, say.help_declare),
                bullets([_entry(COMMAND, say.help_declare_form)], "bullet"),
                line("{title}", title=words(say.help_first, bold=True)),
                bullets([_verb(say, spec) for spec in first], "bullet"),
                line("{title}", title=words(say.help_press, bold=True)),
                bullets(pressed, "bullet"),
                line("{title}", title=words(say.help_more, bold=True)),
                bullets([_verb(say, spec) for spec in more], "bullet"),
            )
        ],
    )


def _verb(say: Words, spec: Spec[Any]) -> RichTextSectionElement:
    return _entry(_typed(say, spec), spec.text[say.locale].help)


def _typed(say: Words, spec: Spec[Any]) -> str:
    text = spec.text[say.locale]
    return f"{COMMAND} {text.verbs[0]} {_to_fill(text.usage)}" if text.usage else f"{COMMAND} {text.verbs[0]}"


def _to_fill(what: str) -> str:
    return f"{{{what}}}"


def _entry(typed: str, explanation: str) -> RichTextSectionElement:
    return line("{typed} {explanation}", typed=code(typed), explanation=explanation)
