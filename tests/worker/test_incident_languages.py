"""English and French as peers: in the channel what the setting says, to a person their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.bot import ALICE, BENOIT, running, words_of
from tests.worker.scene import CHIDI, DANA, Scene, labels


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Scene]:
    with running(tmp_path, INCIDENT_LOCALE="both") as bot:
        yield Scene.begin(bot)


@pytest.fixture
def french(tmp_path: Path) -> Iterator[Scene]:
    with running(tmp_path, INCIDENT_LOCALE="fr") as bot:
        yield Scene.begin(bot, "la base ne répond plus")


def test_every_public_message_says_both(both: Scene) -> None:
    both.say("sev 2")
    both.say("ol @chidi")
    both.say("update we rolled back")
    both.say("ic @benoit")
    both.say("page @dana look")
    both.say("action rotate the key")
    both.say("decision fail over")
    for text, english, french in zip(
        both.lines(),
        ["put this at", "leads operations", "Update", "take command", "calls in", "Planned", "decided"],
        ["gravité", "dirige maintenant les opérations", "Mise à jour", "direction", "appelle", "Planifiée",
         "décidé"],
        strict=True,
    ):  # fmt: skip
        assert english in text
        assert french in text
        assert len(text) < 4000
    briefing, board = words_of(both.briefing()), words_of(both.board())
    for words in (briefing, board):
        assert "SEV2" in words
    assert "Operations lead" in briefing
    assert "opérations" in briefing
    shown = both.surfaces()
    assert "IC" in shown.topic
    assert len(shown.topic) <= 250


def test_words_of_people_stand_once(both: Scene) -> None:
    both.say("update nous avons tout annulé")
    assert both.words().count("nous avons tout annulé") == 1


def test_what_is_private_is_in_ones_own(both: Scene) -> None:
    both.say("status", BENOIT)
    assert "En cours d’analyse" in words_of(both.whispers(BENOIT)[-1])
    both.say("status", ALICE)
    assert "Investigating" in words_of(both.whispers(ALICE)[-1])
    assert "En cours" not in words_of(both.whispers(ALICE)[-1])


def test_a_role_note_is_in_the_holders_language(both: Scene) -> None:
    both.say("ol @benoit")
    both.say("comms @dana")
    assert "les opérations" in both.direct(BENOIT, "incident_role_note")[0].text
    assert "communications" in both.direct(DANA, "incident_role_note")[0].text
    assert "First words within ten minutes" in both.direct(DANA, "incident_role_note")[0].text


def test_french_alone(french: Scene) -> None:
    french.say("gravité 2")
    assert french.lines()[0].startswith("<@U0ALICE> a fixé la gravité à *SEV2, majeure*\u00a0:")
    assert labels(french.line()) == ["Annuler"]
    french.say("maj on revient en arrière", CHIDI)
    assert "*Mise à jour* de <@U0CHIDI>" in french.lines()[1]
    assert "Prochaine mise à jour d’ici" in french.lines()[1]
    french.say("fait redémarré le serveur")
    french.say("décision on bascule")
    french.say("tâche changer la clé")
    french.say("appeler @dana vite")
    french.say("analyse")
    assert len(french.lines()) == 7
    assert french.now.decisions
    assert french.now.actions


@pytest.mark.parametrize("text", ["état", "statut", "aide", "liste"])
def test_french_verbs_answer(french: Scene, text: str) -> None:
    before = french.now.version
    reply = french.bot.slack.type(ALICE, french.channel, f"/incident {text}")
    french.bot.carry_out(*french.bot.published())
    assert reply.status == 200
    assert french.now.version == before


def test_the_form_is_in_ones_own_language_and_stays_so(both: Scene) -> None:
    view = both.open(both.briefing(), "form.PostUpdate", BENOIT)
    assert "Quoi de neuf?" in str(both.bot.slack.workspace.views[view].content)


def test_french_has_its_no_break_spaces(french: Scene) -> None:
    french.say("gravité 1")
    french.say("page @chidi vite")
    french.say("note quelque chose")
    french.say("ic @benoit")
    for message in (*french.line_messages(), french.briefing(), french.board()):
        text = re.sub(r"<[^>]*>|https?://\S+|`[^`]*`|\d\d:\d\d", "", f"{message.text}\n{words_of(message)}")
        assert not re.search(r"[^\u00a0\s\d]:(?=\s|$)| :", text), text
