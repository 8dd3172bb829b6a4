"""Names made of what a person typed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.naming import channel_name, clip, digest, document_title, incident_id, with_suffix
from tests.unit.hostile import TITLES, anything

DAY = date(2026, 11, 23)
VALID = re.compile(r"[a-z0-9_-]{1,79}[a-z0-9_]")

channel_names = st.one_of(anything, st.sampled_from(TITLES)).map(lambda title: channel_name(DAY, title))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("database is down", "database-is-down"),
        ("Database  is DOWN!", "database-is-down"),
        ("Panne d'accès au réseau", "panne-d-acces-au-reseau"),
        ("Panne d’accès au réseau", "panne-d-acces-au-reseau"),
        ("œuvre à Montréal", "oeuvre-a-montreal"),
        ("数据库宕机", "shu-ju-ku-dang-ji"),
        ("データベースが落ちた", "detabesuga-luo-chita"),
        ("東京で停電", "dong-jing-de-ting-dian"),
        ("قاعدة البيانات معطلة", "qdh-lbynt-mtlh"),
        ("База данных недоступна", "baza-dannykh-nedostupna"),
        ("объект", "obekt"),
        ("डेटाबेस बंद है", "detabes-bmd-hai"),
        ("데이터베이스 장애", "deiteobeiseu-jangae"),
        ("המסד נפל", "hmsd-nfl"),
        ("Panne d'acce\u0300s", "panne-d-acces"),
        ("か\u3099", "ga"),
        ("ＡＰＩ ①", "api-1"),
        ("a\u200bb", "ab"),
        ("half \ud83d a", "half-a"),
        ("👍🏽", "thumbs-up-sign"),
        ("👩‍💻", "woman-personal-computer"),
        ("🇫🇷", "fr"),
        ("API 🔥", "api"),
        ("🔥", "fire"),
        ("🔥🔥🔥", "fire"),
        ("!!! ... ???", "unnamed"),
        ("\U00013000\U00013001", "a1a2"),
        ("\U000f0000", "unnamed"),
        ("", "unnamed"),
        ("<!channel> & <@U1>", "channel-u1"),
        ("&lt;b&gt; &#128293;", "lt-b-gt-128293"),
        ("incident", "incident"),
    ],
)
def test_channel_names(title: str, slug: str) -> None:
    assert channel_name(DAY, title) == f"incident-2026-11-23-{slug}"


def test_a_long_title_keeps_its_first_words_in_their_order() -> None:
    title = "the quick brown fox jumps over the lazy dog and extraordinarily runs a way to a"
    assert channel_name(DAY, title) == ("incident-2026-11-23-the-quick-brown-fox-jumps-over-the-lazy-dog-and")
    assert channel_name(DAY, "x" * 300) == f"incident-2026-11-23-{'x' * 60}"


@given(channel_names)
def test_a_channel_name_is_always_valid_and_says_something(name: str) -> None:
    assert VALID.fullmatch(name)
    assert len(name) > len("incident-2026-11-23-")


@given(channel_names, st.integers(1, 999))
def test_a_suffix_keeps_the_name_valid(name: str, number: int) -> None:
    suffixed = with_suffix(name, number)
    assert VALID.fullmatch(suffixed)
    assert number == 1 or suffixed.endswith(f"-{number}")


@given(channel_names)
def test_suffixes_tell_channels_apart(name: str) -> None:
    numbered = [with_suffix(name, number) for number in range(2, 120)]
    assert len(set(numbered)) == len(numbered)
    assert name not in numbered or re.search(r"-\d+$", name)


def test_the_first_channel_has_no_number() -> None:
    assert [with_suffix("incident-x", number) for number in (1, 2, 3)] == [
        "incident-x",
        "incident-x-2",
        "incident-x-3",
    ]


@given(anything)
def test_a_document_title_is_never_too_long(title: str) -> None:
    assert len(document_title(DAY, title)) <= 250
    assert document_title(DAY, title).startswith("2026-11-23")


@given(anything, st.integers(1, 100))
def test_clipping(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text or (len(text) > limit and clipped.endswith("…"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_ids_are_derived_and_safe_in_a_path(run_id: str) -> None:
    made = incident_id(DAY, run_id)
    assert made == incident_id(DAY, run_id)
    assert re.fullmatch(r"2026-11-23-[a-z2-7]{8}", made)
    assert re.fullmatch(r"[a-z2-7]{26}", digest(run_id))


def test_ids_of_different_runs_differ() -> None:
    assert len({incident_id(DAY, f"command-{n}") for n in range(2000)}) == 2000
