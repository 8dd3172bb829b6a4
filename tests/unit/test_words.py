"""The words themselves: everything in both languages, and French as it is set in Canada."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from string import Formatter
from typing import Any

import pytest

from incident import commands
from incident.commands.handover import LABELS as ROLES
from incident.commands.refusal import WORDS as REFUSALS
from incident.commands.refusal import Reason
from incident.commands.registry import COMMANDS, shortcuts, spec_of, typed
from incident.commands.role import NAMES, NOTES
from incident.commands.severity import CADENCES, LABELS, MEANINGS
from incident.commands.spec import Entry
from incident.commands.update import CADENCES as PROMISES
from incident.commands.update import STATUSES
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.locales import words_for
from incident.messages.words import Words
from incident.model.incident import Cadence, Deliverable, Role, Severity, Status
from incident.model.locale import LOCALES
from tests.unit.incidents import EXAMPLES, leaves_a_line, line_of, started

MODULES = [import_module(f"incident.commands.{one.name}") for one in iter_modules(commands.__path__)]


def placeholders(template: str) -> list[str]:
    """The names in braces; those of a form or a help text have no others."""
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def texts(found: Any) -> Iterator[str]:
    """Every text in a value, in a fixed order."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from texts(value)
    elif is_dataclass(found) and not isinstance(found, type):
        for field in fields(found):
            if field.name != "verbs":
                yield from texts(getattr(found, field.name))
    elif isinstance(found, tuple | list):
        for value in found:
            yield from texts(value)


def keys(found: Any) -> Any:
    """The names in a value, however deep; lists by their length."""
    if isinstance(found, Mapping):
        return {str(key): keys(value) for key, value in found.items()}
    if isinstance(found, tuple | list):
        return [keys(value) for value in found]
    return type(found).__name__


BY_LOCALE = [
    pytest.param(value, id=f"{module.__name__.rpartition('.')[2]}.{name}")
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Mapping) and value.keys() == set(LOCALES)
] + [
    pytest.param(value, id=f"{shortcut.callback_id}.{number}")
    for shortcut in shortcuts()
    for number, value in enumerate((shortcut.names, shortcut.description))
]
"""Everything in the commands that is said in a language."""
OF_COMMANDS = pytest.mark.parametrize("said", BY_LOCALE)


def test_the_words_of_commands_are_found() -> None:
    assert len(BY_LOCALE) > 60


def test_nothing_is_said_in_one_language_alone() -> None:
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, Mapping) and set(LOCALES) & {key for key in value if isinstance(key, str)}:
                assert value.keys() == set(LOCALES), f"{module.__name__}.{name}"


@OF_COMMANDS
def test_the_commands_say_the_same_in_both_languages(said: Mapping[str, Any]) -> None:
    if "verbs" not in keys(said["en"]) and not hasattr(said["en"], "verbs"):
        english, french = ({str(key) for key in _names(said[locale])} for locale in LOCALES)
        assert english == french or not english & french, "verbs may differ"
    pairs = list(zip(texts(said["en"]), texts(said["fr"]), strict=True))
    for one, other in pairs:
        assert bool(one) == bool(other)
        assert (one.strip(), other.strip()) == (one, other)
        assert placeholders(one) == placeholders(other)


def _names(value: Any) -> set[Any]:
    return set(value) if isinstance(value, Mapping) else set()


def test_both_languages_say_everything() -> None:
    """Same fields, same placeholders, nothing empty, and French is French."""
    for field in fields(Words):
        english, french = getattr(ENGLISH, field.name), getattr(FRENCH, field.name)
        assert keys(english) == keys(french)
        for one, other in zip(texts(english), texts(french), strict=True):
            assert one.strip() == one
            assert other.strip() == other
            assert one
            assert other
            assert placeholders(one) == placeholders(other)
            if field.name != "locale":
                assert not set("&<>") & set(one + other), "would have to be escaped"


def test_every_value_has_a_name() -> None:
    for locale in LOCALES:
        say = words_for(locale)
        assert STATUSES[locale].keys() == set(Status)
        assert LABELS[locale].keys() == MEANINGS[locale].keys() == set(Severity)
        assert PROMISES[locale].keys() == set(Cadence)
        assert CADENCES[locale].keys() == {Cadence.usual(severity) for severity in Severity}
        assert ROLES[locale].keys() == NAMES[locale].keys() == NOTES[locale].keys() == set(Role)
        assert REFUSALS[locale].keys() == set(Reason)
        for names in (say.deliverables, say.there, say.by_hand):
            assert names.keys() == set(Deliverable)
    assert (words_for("en"), words_for("fr")) == (ENGLISH, FRENCH)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("command", [one for one in EXAMPLES if leaves_a_line(one)], ids=str)
def test_a_line_fills_in_all_that_it_names(command: Any, locale: str) -> None:
    """Of an incident that has just begun, and of one that was as bad as can be."""
    for before in (started(), started(severity="sev1")):
        said = line_of(command, locale, before)
        for sentence in (said.text, *said.more):
            assert set(placeholders(sentence)) <= {"person", *said.parts}
        for button in said.buttons:
            assert "{" not in button.label
            assert len(button.value) <= 2000
        assert spec_of(command).line


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.form], ids=lambda spec: spec.name)
def test_a_form_asks_in_a_few_words(spec: Any, locale: str) -> None:
    form = spec.form(locale)
    assert len({field.id for field in form.fields}) == len(form.fields)
    for field in form.fields:
        assert 0 < len(field.label) <= 75
        assert len(field.hint) <= 150
        assert bool(field.options) == (field.entry in {Entry.CHOICE, Entry.TICKS})
        assert all(0 < len(label) <= 75 for _, label in field.options)
    assert not any("{" in text for text in texts(form))


def french() -> Iterator[str]:
    """Every sentence in French."""
    yield from texts([getattr(FRENCH, field.name) for field in fields(FRENCH)])
    for parameter in BY_LOCALE:
        (said,) = parameter.values
        assert isinstance(said, Mapping)
        yield from texts(said["fr"])
    for spec in COMMANDS:
        for made in (spec.form, spec.menu):
            if made:
                yield from texts(made("fr"))


def test_french_is_set_as_in_canada() -> None:
    """No space before `; ? !`; before `:` and inside guillemets one that no line breaks at."""
    found = [sentence for sentence in french() if re.search(r"[a-zà-ÿ]", sentence)]
    assert len(found) > 400
    for sentence in found:
        words = re.sub(r"`[^`]*`|\d\d?:\d\d|/incident \S+", "", sentence)
        assert not re.search(r"\s[;?!]", words), sentence
        assert not re.search(r"[^\u00a0\s:\w]:|\w:|[ \u202f]:", words), (
            f"a no-break space before it: {sentence}"
        )
        assert not re.search("«[^\u00a0]|[^\u00a0]»", words), sentence
        assert "'" not in words, sentence
        assert '"' not in words, sentence
        assert "..." not in words, sentence


def test_english_has_its_own_quotes_and_apostrophes() -> None:
    said = [*texts([getattr(ENGLISH, field.name) for field in fields(ENGLISH)])]
    for parameter in BY_LOCALE:
        (by_locale,) = parameter.values
        assert isinstance(by_locale, Mapping)
        said += texts(by_locale["en"])
    for sentence in said:
        assert "\u00a0" not in sentence, sentence
        assert not re.search(r"['\"]|\.\.\.| [:;?!]", re.sub(r"`[^`]*`", "", sentence)), sentence


def test_what_is_named_in_words_to_be_typed_can_be() -> None:
    """`/incident ic` and the like, in refusals and in the notes of roles."""
    verbs = {verb for spec in typed() for text in spec.text.values() for verb in text.verbs}
    for locale in LOCALES:
        said = [*texts(REFUSALS[locale]), *texts(NOTES[locale]), *texts(words_for(locale).by_hand)]
        named = {name for text in said for name in re.findall(r"/incident (\w+)", text)}
        assert named
        assert named <= verbs
