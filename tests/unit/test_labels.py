"""What people may write for a status or a severity, and what means none."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.commands.severity import LABELS
from incident.commands.update import STATUSES
from incident.messages.joining import joined
from incident.messages.locales import words_for
from incident.model.incident import Outcome, Severity, Status
from incident.model.locale import LOCALES
from incident.surfaces.labels import ended, severity_called, status_called

SPACE = st.text(" \u00a0\t", max_size=2)


def _cased(text: str, upper: list[bool]) -> str:
    return "".join(c.upper() if up else c for c, up in zip(text, upper * 40, strict=False))


@given(st.sampled_from(LOCALES), st.sampled_from(Status), SPACE, st.lists(st.booleans(), min_size=1))
def test_every_label_of_a_status_in_any_case(locale: str, status: Status, space: str, up: list[bool]) -> None:
    assert status_called(space + _cased(STATUSES[locale][status], up) + space) == status


@given(st.sampled_from(LOCALES), st.sampled_from(Severity), SPACE, st.lists(st.booleans(), min_size=1))
def test_every_label_of_a_severity_in_any_case(
    locale: str, severity: Severity, space: str, up: list[bool]
) -> None:
    assert severity_called(space + _cased(LABELS[locale][severity], up) + space) == severity


def test_labels_in_both_languages_at_once() -> None:
    for status in Status:
        assert status_called(joined([STATUSES[locale][status] for locale in LOCALES])) == status
    for severity in Severity:
        assert severity_called(joined([LABELS[locale][severity] for locale in LOCALES])) == severity
    unknown = [words_for(locale).severity_unknown for locale in LOCALES]
    assert [severity_called(one) for one in (*unknown, joined(unknown))] == [""] * 3


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("monitoring", "monitoring"),
        ("surveillance", "monitoring"),
        ("invest", "investigating"),
        ("identifié", "identified"),
        ("CLOSED.", "resolved"),
        ("Ferme", "resolved"),
        ("résolu", "resolved"),
        ("not resolved", None),
        ("resolved!", "resolved"),
        ("resolved?", None),
        ("res", None),
        ("resol", "resolved"),
        ("Resolved (false alarm)", "resolved:false_alarm"),
        ("résolu (Exercice)", "resolved:exercise"),
        ("Resolved (exercise) · Résolu (exercice)", "resolved:exercise"),
        ("Resolved · Investigating", None),
        ("ask Bob", None),
        ("", None),
        ("#REF!", None),
    ],
)
def test_statuses(text: str, status: str | None) -> None:
    assert status_called(text) == status


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("2", "sev2"),
        ("SEV2", "sev2"),
        ("sev 2", "sev2"),
        ("sev-2", "sev2"),
        ("sev2 major", "sev2"),
        ("2, majeure", "sev2"),
        ("majeur", "sev2"),
        ("Gravité 1", "sev1"),
        ("P3", "sev3"),
        ("low", "sev4"),
        ("2 hours", None),
        ("sev2 critical", None),
        ("2 or 3", None),
        ("12", None),
        ("5", None),
        ("sev", None),
        ("", None),
    ],
)
def test_severities(text: str, severity: str | None) -> None:
    assert severity_called(text) == severity


@given(st.text())
def test_whatever_is_typed_is_read(text: str) -> None:
    assert status_called(text) in {None, *Status, *map(ended, Outcome)}
    assert severity_called(text) in {None, "", *Severity}


@given(st.text(string.ascii_lowercase + " ", min_size=1), st.sampled_from(Status))
def test_a_sentence_with_a_label_in_it_is_none(words: str, status: Status) -> None:
    sentence = f"it is not {words} {STATUSES['en'][status]}"
    assert status_called(sentence) is None
