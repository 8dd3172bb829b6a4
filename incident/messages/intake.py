"""What the person who typed reads at once: acknowledgement, help, the form."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RichTextSectionElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from incident.commands import FORM, KNOWN, SEVERITY, TITLE
from incident.messages.rich import Message, bullets, code, line, notification, paragraphs, to_copy, words
from incident.messages.words import Words
from incident.model.incident import Severity

COMMAND = "/incident"
TITLE_LIMIT = 3000
"""Characters the form takes: as many as a plain text input can hold.

https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""


def plain(text: str) -> Message:
    """One sentence of the bot's own."""
    return Message(text, [paragraphs(line(text))])


def not_recorded(say: Words, text: str) -> Message:
    """The command is not on its way; here are the person's words, whole, to send again."""
    typed = f"{COMMAND} {text}".rstrip()
    return Message(
        notification("{why} {typed}", why=say.not_recorded, typed=typed),
        [paragraphs(line(say.not_recorded), to_copy(typed))],
    )


def form_did_not_open(say: Words) -> Message:
    """How to do without the form."""
    typed = f"{COMMAND} {_to_fill(say.what_went_wrong)}"
    return Message(
        f"{say.form_did_not_open} {typed}", [paragraphs(line(say.form_did_not_open), to_copy(typed))]
    )


def help_text(say: Words) -> Message:
    """Everything that can be typed; the commands tell of themselves in `incident.commands.KNOWN`."""
    anywhere = [
        _entry(f"{COMMAND} {_to_fill(say.what_went_wrong)}", say.help_declare),
        _entry(COMMAND, say.help_declare_form),
        *(_known(say, known.word) for known in KNOWN if known.anywhere),
    ]
    in_channel = [_known(say, known.word) for known in KNOWN if not known.anywhere]
    return Message(
        say.help_title,
        [
            paragraphs(
                line("{title}", title=words(say.help_title, bold=True)),
                bullets(anywhere, "bullet"),
                line("{title}", title=words(say.help_in_channel, bold=True)),
                bullets(in_channel, "bullet"),
            )
        ],
    )


def form(say: Words, context: str) -> View:
    """The form that asks what went wrong.

    Args:
        say: the words.
        context: what comes back with the answer, at most 3000 characters.
    """
    severities = [
        Option(value=severity, text=PlainTextObject(text=say.severities[severity], emoji=False))
        for severity in Severity
    ]
    return View(
        type="modal",
        callback_id=FORM,
        private_metadata=context,
        title=PlainTextObject(text=say.form_title),
        submit=PlainTextObject(text=say.form_submit),
        close=PlainTextObject(text=say.form_close),
        blocks=[
            InputBlock(
                block_id=TITLE,
                label=PlainTextObject(text=say.form_question),
                hint=PlainTextObject(text=say.form_hint),
                element=PlainTextInputElement(
                    action_id=TITLE, min_length=1, max_length=TITLE_LIMIT, focus_on_load=True
                ),
            ),
            InputBlock(
                block_id=SEVERITY,
                label=PlainTextObject(text=say.form_severity),
                hint=PlainTextObject(text=say.form_severity_hint),
                optional=True,
                element=StaticSelectElement(action_id=SEVERITY, options=severities),
            ),
        ],
    )


def _known(say: Words, word: str) -> RichTextSectionElement:
    known = next(known for known in KNOWN if known.word == word)
    usage = known.usage[say.locale]
    typed = f"{COMMAND} {known.word} {_to_fill(usage)}" if usage else f"{COMMAND} {known.word}"
    return _entry(typed, known.help[say.locale])


def _to_fill(what: str) -> str:
    return f"{{{what}}}"


def _entry(typed: str, explanation: str) -> RichTextSectionElement:
    return line("{typed} {explanation}", typed=code(typed), explanation=explanation)
