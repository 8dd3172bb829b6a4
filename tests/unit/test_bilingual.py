"""Messages in two languages at once: nothing of either is lost, and Slack takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextElement,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)

from incident.messages.bilingual import MOST_BLOCKS, TEXT_LIMIT, merged
from incident.messages.joining import beneath, clipped, fallback, joined
from incident.messages.rich import Message, bullets, line, paragraphs, person, plain, quoted
from incident.model.slack_text import escape
from incident.sandbox.slack import mrkdwn
from incident.sandbox.slack.blocks import elements, problems
from tests.unit.hostile import NASTY, TITLES

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
WHEN = f"<!date^{int(AT.timestamp())}^{{time}}|14:30 UTC>"
Render = Callable[[int], Block]
"""Makes a block in the language of that number."""


def shown(message: Message) -> list[dict[str, Any]]:
    return [block.to_dict() for block in message.blocks]


def buttons(*labels: str, **more: Any) -> ActionsBlock:
    return ActionsBlock(
        elements=[
            ButtonElement(
                text=PlainTextObject(text=label), action_id=f"a{number}", value=f"v{number}", **more
            )
            for number, label in enumerate(labels)
        ]
    )


def together(*blocks: Block) -> list[dict[str, Any]]:
    """The blocks of a message that has one of these in each language."""
    return shown(merged([Message(str(number), [block]) for number, block in enumerate(blocks)]))


def texts_of(blocks: Any) -> list[str]:
    """Every text that is read, in order."""
    if isinstance(blocks, list):
        return [text for one in blocks for text in texts_of(one)]
    if isinstance(blocks, dict):
        found = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return found + [text for value in blocks.values() for text in texts_of(value)]
    return []


# By example


def test_one_language_alone_is_as_it_is() -> None:
    message = plain("Hello")
    assert merged([message]) is message


def test_what_is_the_same_stands_once() -> None:
    message = Message("Same", [paragraphs(line("Same")), buttons("Retry"), DividerBlock()])
    both = merged([message, message])
    assert (both.text, shown(both)) == ("Same", shown(message))


def test_labels_are_joined_and_a_title_stands_once() -> None:
    [header] = together(
        HeaderBlock(text=PlainTextObject(text="🚨 SEV2, major · payments time out")),
        HeaderBlock(text=PlainTextObject(text="🚨 SEV2, majeure · payments time out")),
    )
    assert header["text"]["text"] == "🚨 SEV2, major · SEV2, majeure · payments time out"


def test_a_button_says_both_and_means_one() -> None:
    [actions] = together(buttons("Join the call", "Meet"), buttons("Rejoindre l’appel", "Meet"))
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [
        ("Join the call · Rejoindre l’appel", "v0"),
        ("Meet", "v1"),
    ]


def test_a_long_button_keeps_both_languages_readable() -> None:
    [actions] = together(
        buttons("Bring in the people who know " * 2), buttons("Appeler toutes les personnes " * 2)
    )
    [label] = (one["text"]["text"] for one in actions["elements"])
    assert label == "Bring in the people who know Bring… · Appeler toutes les personnes Appele…"
    assert len(label) <= 75


def test_a_short_label_leaves_its_room_to_the_long_one() -> None:
    assert joined(["Undo", "x" * 100], 75) == f"Undo · {'x' * 67}…"


def test_a_confirmation_and_a_menu_are_read_in_both() -> None:
    def menu(question: str, yes: str, label: str) -> ActionsBlock:
        options = [Option(value="2", text=label, description=question)]
        confirm = ConfirmObject(title=question, text=question, confirm=yes, deny="OK")
        return ActionsBlock(
            elements=[
                StaticSelectElement(
                    placeholder=question,
                    action_id="s",
                    options=options,
                    initial_option=options[0],
                    confirm=confirm,
                )
            ]
        )

    [block] = together(menu("Sure?", "Yes", "major"), menu("Certain?", "Oui", "majeure"))
    [select] = block["elements"]
    assert select["placeholder"]["text"] == "Sure? · Certain?"
    assert select["options"] == [select["initial_option"]]
    assert select["options"][0]["text"]["text"] == "major · majeure"
    assert select["options"][0]["description"]["text"] == "Sure? · Certain?"
    assert {name: select["confirm"][name]["text"] for name in ("title", "confirm", "deny")} == {
        "title": "Sure? · Certain?",
        "confirm": "Yes · Oui",
        "deny": "OK",
    }
    assert problems([block], "message") == []


def test_a_field_has_both_names_and_its_value_once() -> None:
    def facts(*facts: str) -> SectionBlock:
        return SectionBlock(fields=[MarkdownTextObject(text=fact) for fact in facts])

    [section] = together(
        facts("*Severity*\nSEV2, major", "*Commander*\n<@U1>", "free words"),
        facts("*Gravité*\nSEV2, majeure", "*Responsable*\n<@U1>", "mots libres"),
    )
    assert [field["text"] for field in section["fields"]] == [
        "*Severity · Gravité*\nSEV2, major · SEV2, majeure",
        "*Commander · Responsable*\n<@U1>",
        "free words\nmots libres",
    ]


def test_sentences_stand_beneath_each_other_and_peoples_words_once() -> None:
    [section] = together(
        SectionBlock(text=MarkdownTextObject(text="Ana said:\n> it is *slow*\nWhat now?")),
        SectionBlock(text=MarkdownTextObject(text="Ana a dit :\n> it is *slow*\nEt après ?")),
    )
    assert section["text"]["text"] == "Ana said:\nAna a dit :\n> it is *slow*\nWhat now?\nEt après ?"
    [context] = together(
        ContextBlock(elements=[MarkdownTextObject(text=f"Declared by <@U1> {WHEN}")]),
        ContextBlock(elements=[MarkdownTextObject(text=f"Ouvert par <@U1> {WHEN}")]),
    )
    assert context["elements"] == [
        {"type": "mrkdwn", "text": f"Declared by <@U1> {WHEN}\nOuvert par <@U1> {WHEN}"}
    ]


def test_paragraphs_follow_by_language_and_quotes_and_titles_stand_once() -> None:
    def update(said: str, more: str, step: str) -> Block:
        return paragraphs(
            line("{t}", t="payments"),
            line(said, person=person("U1")),
            line(more),
            quoted(NASTY),
            bullets([line(step), line("same")], "ordered"),
            line("end"),
            block_id="update",
        )

    [block] = together(
        update("Update from {person}:", "Read on.", "Tell comms."),
        update("Nouvelles de {person} :", "Lisez.", "Prévenez."),
    )
    kinds = [element["type"].removeprefix("rich_text_") for element in block["elements"]]
    assert kinds == ["section"] * 5 + ["quote", "list", "section"]
    assert texts_of(block) == [
        *["payments", "Update from ", ":", "Read on.", "Nouvelles de ", " :", "Lisez.", NASTY],
        *["Tell comms.", "\n", "Prévenez.", "same", "end"],
    ]
    assert block["elements"][6]["style"] == "ordered"
    assert block["block_id"] == "update"
    assert problems([block], "message") == []


def test_messages_that_are_built_differently_follow_each_other_and_are_pressed_once() -> None:
    english = Message("one", [paragraphs(line("One")), buttons("Yes", "No"), paragraphs(line("Same"))])
    french = Message(
        "un", [paragraphs(line("Un")), paragraphs(line("Same")), buttons("Oui", "Non", "Peut-être")]
    )
    both = merged([english, french])
    assert both.text == "one\nun"
    assert texts_of(shown(both)) == ["One", "Yes", "No", "Same", "Un", "Peut-être"]
    assert problems(shown(both), "message") == []


def test_parts_that_are_built_differently_follow_each_other() -> None:
    def section(*fields: str, button: str = "") -> SectionBlock:
        accessory = ButtonElement(text=button, action_id="b", value=button) if button else None
        return SectionBlock(
            block_id="s", fields=[MarkdownTextObject(text=field) for field in fields], accessory=accessory
        )

    both = together(section("*A*\n1", button="x"), section("*B*\n1", "*C*\n2", button="y"))
    assert problems(both, "message") == []
    assert [[field["text"] for field in block["fields"]] for block in both] == [
        ["*A*\n1"],
        ["*B*\n1", "*C*\n2"],
    ]
    lists = together(
        paragraphs(bullets([line("a"), line("b")], "bullet")),
        paragraphs(bullets([line("a"), line("b"), line("c")], "bullet")),
    )
    assert texts_of(lists) == ["a", "b", "c"]
    groups = together(paragraphs(line("a"), quoted("q")), paragraphs(quoted("q"), line("b")))
    assert texts_of(groups) == ["a", "q", "b"]


def test_more_than_slack_takes_loses_no_button() -> None:
    english = Message("x", [*(paragraphs(line(f"E{number}")) for number in range(49)), buttons("Yes")])
    french = Message("x", [buttons("Oui"), *(paragraphs(line(f"F{number}")) for number in range(49))])
    both = shown(merged([english, french]))
    assert len(both) == MOST_BLOCKS
    assert [element["value"] for _, element in elements(both)] == ["v0"]


# Texts


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["Call", "Appel"], "Call · Appel"),
        (["Incident", "Incident"], "Incident"),
        (
            ["IC <@U1> · Known · it’s slow", "RI <@U1> · Connu · it’s slow"],
            "IC <@U1> · RI <@U1> · Known · Connu · it’s slow",
        ),
        (["🚨 A", "🚨 A"], "🚨 A"),
        (["🚨 A", "🚨 B"], "🚨 A · B"),
        (["🚨 A", "A"], "🚨 A"),
        (["a · b", "c"], "a · b · c"),
        (["", ""], ""),
    ],
)
def test_short_texts_are_joined(texts: list[str], wanted: str) -> None:
    assert joined(texts) == wanted


def test_a_topic_keeps_to_its_limit_at_the_cost_of_the_longest_part() -> None:
    title = escape("<a & b> " * 60)
    topic = joined([f"IC <@U012ABCDEF> · Known · {title}", f"RI <@U012ABCDEF> · Connu · {title}"], 250)
    assert topic.startswith("IC <@U012ABCDEF> · RI <@U012ABCDEF> · Known · Connu · &lt;a &amp; b&gt; &lt;a")
    assert 230 < len(topic) <= 250
    assert list(mrkdwn.problems(topic)) == []


def test_the_fallback_cuts_peoples_words_and_neither_language() -> None:
    said = escape("we see <errors> & more, " * 160)
    english, french = (
        f"{who} {said} {next_} {WHEN}."
        for who, next_ in (("Update from Ana:", "Next update by"), ("Nouvelles d’Ana :", "Prochaines à"))
    )
    text = fallback([english, french], TEXT_LIMIT)
    assert len(text) <= TEXT_LIMIT
    above, below = text.split("\n")
    assert above.startswith("Update from Ana: we see &lt;errors")
    assert below.startswith("Nouvelles d’Ana : we see &lt;errors")
    assert above.endswith(f"Next update by {WHEN}.")
    assert below.endswith(f"Prochaines à {WHEN}.")
    assert list(mrkdwn.problems(text)) == []
    assert len(text) > TEXT_LIMIT - 20


parts = st.lists(
    st.one_of(
        st.sampled_from([*TITLES, "<@U012ABCDEF>", WHEN, " · ", "\n", "a", "·"]), st.text(max_size=40)
    ).map(lambda text: text if text.startswith("<@") or text == WHEN else escape(text)),
    max_size=6,
).map("".join)


@given(parts, st.integers(1, 300))
def test_what_is_cut_is_still_well_formed(text: str, limit: int) -> None:
    short = clipped(text, limit)
    assert len(short) <= max(limit, 1)
    assert short == text or short.endswith("…")
    assert list(mrkdwn.problems(short)) == []


@given(st.lists(parts, min_size=1, max_size=3), st.sampled_from([joined, beneath]), st.integers(75, 3000))
def test_texts_keep_to_their_limit(texts: list[str], join: Callable[..., str], limit: int) -> None:
    text = join(texts, limit)
    assert len(text) <= limit
    assert list(mrkdwn.problems(text)) == []


@given(parts, parts, parts, st.integers(200, 4000))
def test_the_fallback_keeps_to_its_limit(one: str, said: str, other: str, limit: int) -> None:
    text = fallback([f"English {one}{said}{other}", f"Français {other}{said}{one}"], limit)
    assert len(text) <= limit
    assert text.startswith("English")
    assert "Français" in text
    assert list(mrkdwn.problems(text)) == []


@pytest.mark.parametrize("text", ["a" * 12_000, "ab " * 4_000, "<" * 4_000])
def test_what_is_the_same_over_and_over_takes_no_time(text: str) -> None:
    both = fallback([f"E {text}", f"F {text} {text}"], TEXT_LIMIT)
    assert len(both) <= TEXT_LIMIT
    assert "\nF " in both


# Whatever the bot makes


class Leaves:
    """Words of a message, each with a mark of its own that tells where it was and in which language."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._numbers = count()
        self.marks: list[str] = []

    def words(self, longest: int) -> tuple[str, str]:
        """A text of at most so many characters, in each language; one that names nobody."""
        number = next(self._numbers)
        marks = (f"E{number}.", f"F{number}.")
        self.marks += marks
        first, second = (self._draw(st.integers(0, longest - 8)) for _ in marks)
        tail = self._draw(st.sampled_from(("mots ", "x", "été · ", "<& ", "🔥")))
        return f"{marks[0]} {(tail * first)[:first]}", f"{marks[1]} {(tail * second)[:second]}"

    def marked(self, longest: int, data: str) -> tuple[str, str]:
        """The same in mrkdwn, with people's words and a mention that are the same in both."""
        english, french = (
            escape(text)[: longest // 2].rpartition(" ")[0] or "" for text in self.words(longest // 4)
        )
        return f"{english} <@U012ABCDEF> {data}", f"{french} <@U012ABCDEF> {data}"


@st.composite
def message_pairs(draw: st.DrawFn) -> tuple[Message, Message, list[str], str]:
    """A message in two languages; the marks of its texts; people's words that it quotes once."""
    leaves = Leaves(draw)
    said = draw(st.sampled_from(TITLES))[:2900]
    makers: dict[str, Callable[[], Render]] = {
        "header": lambda: _header(leaves),
        "fields": lambda: _fields(leaves, draw),
        "section": lambda: _section(leaves, draw),
        "context": lambda: _context(leaves),
        "actions": lambda: _actions(leaves, draw),
        "paragraphs": lambda: _paragraphs(leaves, draw, said),
        "divider": lambda: _divider,
    }
    names = draw(st.lists(st.sampled_from(sorted(makers)), max_size=6))
    renders: list[Render] = [makers[name]() for name in names]
    texts = leaves.marked(1500, escape(said))
    english, french = (Message(text, [render(n) for render in renders]) for n, text in enumerate(texts))
    return english, french, leaves.marks, said


def _divider(_language: int) -> Block:
    return DividerBlock()


def _header(leaves: Leaves) -> Render:
    words = leaves.words(150)
    return lambda language: HeaderBlock(text=PlainTextObject(text=words[language]))


def _fields(leaves: Leaves, draw: st.DrawFn) -> Render:
    facts = [(leaves.words(30), leaves.marked(400, "same")) for _ in range(draw(st.integers(1, 4)))]
    return lambda language: SectionBlock(
        fields=[
            MarkdownTextObject(text=f"*{escape(name[language])}*\n{value[language]}") for name, value in facts
        ]
    )


def _section(leaves: Leaves, draw: st.DrawFn) -> Render:
    words = leaves.marked(2900, escape(draw(st.sampled_from(TITLES))[:100]))
    alt = leaves.words(80)
    has_image = draw(st.booleans())
    if not has_image:
        del leaves.marks[-2:]

    def render(language: int) -> Block:
        image = (
            ImageElement(image_url="https://example.org/x.png", alt_text=alt[language]) if has_image else None
        )
        return SectionBlock(text=MarkdownTextObject(text=words[language]), accessory=image)

    return render


def _context(leaves: Leaves) -> Render:
    words, others = leaves.marked(1900, WHEN), leaves.words(300)
    return lambda language: ContextBlock(
        elements=[MarkdownTextObject(text=words[language]), PlainTextObject(text=others[language])]
    )


def _actions(leaves: Leaves, draw: st.DrawFn) -> Render:
    number = draw(st.integers(0, 10**9))
    label, option, placeholder, person_ = (leaves.words(limit) for limit in (75, 75, 150, 150))
    value = draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=150))

    def render(language: int) -> Block:
        options = [Option(value=value, text=option[language]), Option(value=f"{value[:100]}2", text="2")]
        return ActionsBlock(
            elements=[
                ButtonElement(text=label[language], action_id=f"button.{number}", value=value),
                StaticSelectElement(
                    placeholder=placeholder[language],
                    action_id=f"select.{number}",
                    options=options,
                    initial_option=options[0],
                ),
                UserSelectElement(placeholder=person_[language], action_id=f"who.{number}"),
                OverflowMenuElement(action_id=f"more.{number}", options=options),
            ]
        )

    return render


def _paragraphs(leaves: Leaves, draw: st.DrawFn, said: str) -> Render:
    kinds = draw(st.lists(st.sampled_from(("line", "list", "quote", "title")), min_size=1, max_size=6))
    words = [leaves.words(400) if kind in {"line", "list"} else ("", "") for kind in kinds]

    def parts_of(language: int) -> Iterator[RichTextElement]:
        for kind, text in zip(kinds, words, strict=True):
            match kind:
                case "line":
                    yield line("{text} {who}", text=text[language], who=person("U1"))
                case "list":
                    yield bullets([line("{text}", text=text[language]), line("same")], "bullet")
                case "quote":
                    yield quoted(said)
                case _:
                    yield line("{title}", title=said)

    return lambda language: paragraphs(*parts_of(language))


def choices(blocks: list[dict[str, Any]]) -> list[Any]:
    """What can come back of the blocks."""
    return [
        (one.get("action_id"), one.get("value"), [option["value"] for option in one.get("options", ())])
        for _, one in elements(blocks)
    ]


@given(message_pairs())
def test_any_message_is_right_in_both_languages(pair: tuple[Message, Message, list[str], str]) -> None:
    english, french, marks, said = pair
    alone = shown(english)
    if problems(alone, "message"):
        return  # two blocks of buttons with the same number
    both = merged([english, french])
    blocks = shown(both)
    assert problems(blocks, "message") == []
    assert [block["type"] for block in blocks] == [block["type"] for block in alone]
    assert choices(blocks) == choices(alone)
    everything = both.text + json.dumps(blocks, ensure_ascii=False)
    assert [mark for mark in marks if mark not in everything] == []
    assert both.text.count("<@U012ABCDEF>") == 2
    assert len(both.text) <= TEXT_LIMIT
    assert list(mrkdwn.problems(both.text)) == []
    assert texts_of(blocks).count(said) == texts_of(alone).count(said)


@given(message_pairs(), message_pairs())
def test_any_two_messages_come_out_in_a_way_that_slack_takes(
    one: tuple[Message, Message, list[str], str], other: tuple[Message, Message, list[str], str]
) -> None:
    english, french = one[0], other[1]
    if problems(shown(english), "message") or problems(shown(french), "message"):
        return
    both = shown(merged([english, french]))
    assert problems(both, "message") == []
    assert {choice[0] for choice in choices(both)} >= {choice[0] for choice in choices(shown(english))}
