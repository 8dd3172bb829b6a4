"""What people are asked, in messages and forms, and what they are told of what is late."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from incident.commands import declare
from incident.commands.declare import FORM, SEVERITY, TITLE
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE
from incident.commands.registry import COMMANDS, form_called, opened_by, typed
from incident.commands.retry import RETRY
from incident.commands.spec import Entry, Spec
from incident.messages import asking, notices
from incident.messages import form as form_messages
from incident.messages import intake as intake_messages
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.words import Words
from incident.model.incident import Deliverable, Severity
from incident.runtime.failures import PermanentError, StepError
from incident.sandbox.slack import blocks as block_kit
from tests.unit.builders import (
    CALL,
    ERRORS,
    REPORT,
    RUN,
    THERE,
    buttons,
    elsewhere,
    in_channel,
    incident,
    labels,
    literal,
    objects,
    shown,
    updated,
)
from tests.unit.hostile import NASTY

LANGUAGES = pytest.mark.parametrize("say", [ENGLISH, FRENCH], ids=["en", "fr"])
LONG = ("& <!channel> é" * 3000)[:40_000]


# Notices.


@LANGUAGES
def test_a_notice_says_why_what_to_do_and_what_there_is(say: Words) -> None:
    for deliverable in Deliverable:
        about = in_channel(deliverable, **THERE)
        for message in (
            notices.late(say, about, ERRORS[0]),
            notices.failed(say, about, ERRORS[-1], run_id=RUN),
        ):
            read = " ".join(literal(shown(message)))
            assert say.deliverables[deliverable] in read
            assert say.by_hand[deliverable] in read
            links = {one["url"] for one in objects(shown(message)) if one.get("type") == "link"}
            assert links == {CALL, REPORT}
            assert "down" not in read, "its title is known where it is read"
        assert buttons(notices.late(say, about, ERRORS[0])) == {}
        assert buttons(notices.failed(say, about, ERRORS[-1], run_id=RUN)) == {RETRY: RUN}
        assert buttons(notices.there(say, about)) == {}


@LANGUAGES
def test_what_is_there_after_all_leads_there(say: Words) -> None:
    def leads_to(deliverable: Deliverable, **more: str) -> list[str]:
        found = objects(shown(notices.there(say, elsewhere(deliverable, "down", **more))))
        return [
            one["url"] if one["type"] == "link" else one["channel_id"]
            for one in found
            if one.get("type") in {"link", "channel"}
        ]

    assert leads_to(Deliverable.CALL, **THERE) == [CALL]
    assert leads_to(Deliverable.REPORT, **THERE) == [REPORT]
    assert leads_to(Deliverable.CHANNEL, **THERE) == ["C012AB"]
    assert leads_to(Deliverable.INVITATIONS, **THERE) == ["C012AB"]
    assert leads_to(Deliverable.TOPIC, **THERE) == []
    assert leads_to(Deliverable.CALL) == []


@LANGUAGES
def test_reasons_are_words(say: Words) -> None:
    for error in ERRORS:
        assert re.search(r"\w+ \w+", notices.why(say, error))
    why: Callable[[StepError], str] = lambda error: notices.why(say, error)  # noqa: E731
    assert why(ERRORS[0]) != why(PermanentError("docs", "http 503"))
    assert "Google Docs" in why(ERRORS[0])
    assert "{" not in "".join(map(why, ERRORS))
    assert len({why(error) for error in ERRORS}) == len(ERRORS)


# Questions, menus, forms, help.


@LANGUAGES
def test_the_question_has_a_button_for_each_answer(say: Words) -> None:
    assert buttons(asking.question(say, "x", RUN)) == {ANSWER_UPDATE: RUN, ANSWER_DECLARE: RUN}


@LANGUAGES
def test_which_incident_offers_those_that_are_open_and_a_new_one_of_that_name(say: Words) -> None:
    one = incident("down", **THERE)
    blocks = shown(asking.which_incident(say, "update", [one], RUN))
    (menu,) = [each for each in objects(blocks) if each.get("type") == "static_select"]
    assert [option["value"] for option in menu["options"]] == ["C012AB"]
    assert blocks[-1]["block_id"] == f"question:{RUN}"
    assert labels(blocks) == [say.declare_it]
    assert labels(shown(asking.which_incident(say, "", [one], RUN))) == [], "a message's words are no title"
    assert say.no_open_incident in "".join(literal(shown(asking.which_incident(say, "update", [], RUN))))


@LANGUAGES
@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.menu], ids=lambda spec: spec.name)
def test_a_menu_offers_all_there_is_to_choose(say: Words, spec: Spec[Any]) -> None:
    assert spec.menu
    menu = spec.menu(say.locale)
    (select,) = [one for one in objects(shown(asking.menu(menu))) if one.get("type") == "static_select"]
    assert select["action_id"] == menu.action_id
    offered = [(option["value"], option["text"]["text"]) for option in select["options"]]
    assert offered == list(menu.options)
    assert menu.question in "".join(literal(shown(asking.menu(menu))))


ENTERED = {
    Entry.WORDS: "some words",
    Entry.PERSON: "U0ANA",
    Entry.PEOPLE: ["U0ANA", "U0BENOIT"],
}
"""What comes back of a field; of others, what there is to choose."""


@LANGUAGES
@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.form], ids=lambda spec: spec.name)
def test_a_form_is_valid_and_comes_back_to_its_command(say: Words, spec: Spec[Any]) -> None:
    assert spec.form
    form = spec.form(say.locale)
    for above in (asking.about(say, updated(NASTY[:200], NASTY)), asking.about(say, updated(LONG, LONG))):
        view = form_messages.view(form, "x" * 3000, above).to_dict()
        assert block_kit.view_problems(view) == []
    assert all(0 < len(text) <= 24 for text in (form.title, form.submit, form.close))
    assert form_called(form.callback_id) is spec
    assert opened_by(spec.opener) is spec
    values = {field.id: ENTERED.get(field.entry, "") for field in form.fields} | {
        field.id: field.options[0][0] if field.entry is Entry.CHOICE else [field.options[0][0]]
        for field in form.fields
        if field.options
    }
    assert isinstance(spec.forms[form.callback_id]({**values, "of": RUN}), spec.command)
    blank = {field.id: [] if isinstance(values[field.id], list) else " " for field in form.fields}
    blank |= {field.id: "" for field in form.fields if field.entry is Entry.PERSON}
    assert spec.forms[form.callback_id]({**blank, "of": RUN}) is None
    assert form.blank


@LANGUAGES
def test_the_form(say: Words) -> None:
    view = form_messages.view(declare.form(say.locale), "x" * 3000).to_dict()
    assert block_kit.view_problems(view) == []
    assert (view["callback_id"], view["private_metadata"]) == (FORM, "x" * 3000)
    assert [(block["block_id"], block.get("optional", False)) for block in view["blocks"]] == [
        (TITLE, False),
        (SEVERITY, True),
    ]
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == [str(severity) for severity in Severity]


@LANGUAGES
def test_the_help_shows_every_command(say: Words) -> None:
    read = literal(shown(intake_messages.help_text(say)))
    for spec in typed():
        text = spec.text[say.locale]
        (shown_as,) = [one for one in read if one.split()[:2] == ["/incident", text.verbs[0]]]
        assert text.usage in shown_as
        assert any(text.help in one for one in read)
    assert read.index(f"/incident {declare.EXAMPLES[say.locale]}") < read.index(say.help_first)
    assert read.index(say.help_first) < read.index(say.help_press) < read.index(say.help_more)
