"""What is taken back counts no more, in whichever order facts arrive, held against both stores."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from incident.engine.run import Progress, Run
from incident.model.facts import Fact, FactKind
from incident.model.fold import fold, replay
from incident.model.incident import Incident
from incident.runtime.failures import PermanentError
from incident.store.contract import IncidentStore
from incident.store.rules import fold_all
from tests.contract import stores
from tests.contract.stores import INCIDENT, at_once, claim, declare, declared, fact, severity

IC = declared().by
DOER = severity(1, 1.0).by
SEV2, SEV1 = severity(2, 10.0, "sev2"), severity(1, 20.0, "sev1")


def undo(seconds: float, *, by: str = DOER, of: str = "", fact_id: str = "undo") -> Fact:
    """Takes a change back, or `by`'s last one; so many seconds after the declaration."""
    return replace(fact(fact_id, FactKind.UNDONE, seconds, **({"fact": of} if of else {})), by=by)


def say(store: IncidentStore, run: Run, facts: Sequence[Fact], how: str) -> Run:
    """States these facts, one by one: each as a command of its own, or as a result of this run."""
    for said in facts:
        if how == "claim":
            store.claim(claim(f"states {said.id}", subject=INCIDENT, facts=[said]))
        else:
            run = store.record(run, Progress(facts=[said]))
    return run


def known(store: IncidentStore) -> Incident:
    """The incident, which is always what its facts make."""
    incident = store.incident(INCIDENT)
    assert incident is not None
    assert incident == replay(store.facts(INCIDENT))
    assert incident.version == len(store.facts(INCIDENT))
    return incident


UNDONE = {
    "by who did it": (undo(30.0, of="sev1"), "sev2"),
    "by the incident commander": (undo(30.0, by=IC, of="sev1"), "sev2"),
    "by somebody else": (undo(30.0, by="U9", of="sev1"), "sev1"),
    "after ten minutes": (undo(620.0, of="sev1"), "sev2"),
    "after eleven minutes": (undo(680.0, of="sev1"), "sev1"),
    "the last of one's own": (undo(30.0), "sev2"),
    "the last of one's own by then": (undo(15.0), "sev1"),
    "the commander has done nothing": (undo(30.0, by=IC), "sev1"),
    "nobody has done anything so long ago": (undo(9000.0), "sev1"),
    "what there is not": (undo(30.0, of="sev 9"), "sev1"),
    "the declaration": (undo(30.0, by=IC, of=declared().id), "sev1"),
}


@pytest.mark.parametrize("how", ["claim", "record"])
@pytest.mark.parametrize("is_early", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("undone", list(UNDONE))
def test_what_is_taken_back(store: IncidentStore, undone: str, is_early: bool, how: str) -> None:
    """Also where the undo arrives before what it undoes."""
    takes_back, expected = UNDONE[undone]
    run = store.claim(declare())
    say(store, run, [takes_back, SEV2, SEV1] if is_early else [SEV2, SEV1, takes_back], how)
    assert known(store).severity == expected
    assert known(store).version == 4


@pytest.mark.parametrize("how", ["claim", "record"])
def test_a_change_made_since_is_not_undone_with_it(store: IncidentStore, how: str) -> None:
    run = store.claim(declare())
    say(store, run, [SEV2, SEV1, undo(30.0, of="sev2"), severity(3, 40.0, "sev3")], how)
    assert (known(store).severity, known(store).undone) == ("sev3", {"sev2": "undo"})


FACTS = [
    SEV2,
    SEV1,
    undo(30.0, fact_id="mine"),
    undo(40.0, by="U9", of="sev2", fact_id="no right"),
    fact("ic", FactKind.ROLE_TAKEN, 35.0, role="incident_commander", user="U9"),
    fact("e", "of a newer version", 4.0, deep=[[1]]),
]


def test_any_order_and_any_number_of_times_make_the_same(store: IncidentStore) -> None:
    """Who is incident commander is a fact, too: U9 may take back what was not theirs."""
    orders = random.Random(8).sample(list(permutations(FACTS)), 5)
    for number, order in enumerate(orders):
        incident_id = f"incident {number}"
        run = store.claim(declare(incident_id))
        for said in order:
            run = store.record(run, Progress(facts=[said]))
            run = store.record(run, Progress(facts=[order[0], said]))
        assert run.incident == store.incident(incident_id) == stores.incident(*FACTS, incident_id=incident_id)
        assert run.incident == replay(store.facts(incident_id))
        assert run.incident is not None
        assert run.incident.undone == {"sev1": "mine", "sev2": "no right"}
        assert (run.incident.severity, run.incident.version) == (None, 7)


def test_those_who_speak_and_those_who_take_back_at_once_lose_nothing(store: IncidentStore) -> None:
    store.claim(declare())
    said = [severity(n % 4 + 1, float(n), f"sev {n}") for n in range(6)]
    undos = [undo(20.0 + n, of=f"sev {n}", fact_id=f"undo {n}") for n in (5, 4, 0)]
    everything = [*said, *undos]
    runs = [store.claim(claim(f"records {n}", subject=INCIDENT)) for n in range(len(everything))]

    def speak(number: int) -> None:
        fact = everything[number]
        if number % 2:
            store.record(runs[number], Progress(facts=[fact]))
        else:
            store.claim(claim(f"states {number}", subject=INCIDENT, facts=[fact]))

    at_once(len(everything), speak)

    incident = known(store)
    assert incident == stores.incident(*everything)
    assert (incident.severity, set(incident.undone)) == ("sev4", {"sev 0", "sev 4", "sev 5"})


def test_a_run_that_knows_nothing_of_an_undo_learns_of_it(store: IncidentStore) -> None:
    run = store.claim(declare())
    say(store, run, [SEV2, SEV1, undo(30.0, of="sev1")], "claim")
    run = store.record(run, Progress(facts=[fact("n", FactKind.NOTED, 31.0)]))
    assert run.incident == known(store)
    assert known(store).severity == "sev2"


# The rule by itself


def stated(*facts: Fact) -> list[Fact]:
    return [declared(), *facts]


def test_all_facts_are_read_only_where_some_are_taken_back() -> None:
    def read() -> list[Fact]:
        raise AssertionError("read")

    assert fold_all(None, [declared(), SEV2], read) == stores.incident(SEV2)
    assert fold_all(stores.incident(SEV2), [SEV1], read) == stores.incident(SEV2, SEV1)
    undone = stores.incident(SEV2, undo(30.0))
    assert fold_all(undone, [], read) == undone
    with pytest.raises(PermanentError, match="no such incident"):
        fold_all(None, [undo(30.0)], read)


@pytest.mark.parametrize("is_stored", [False, True])
def test_what_is_new_may_be_among_what_is_stored(is_stored: bool) -> None:
    takes_back = undo(30.0)
    stored = stated(SEV2, *([takes_back] if is_stored else []))
    folded = fold_all(stores.incident(SEV2), [takes_back], lambda: stored)
    assert folded == stores.incident(SEV2, takes_back)


def test_fields_of_a_newer_version_outlast_an_undo() -> None:
    newer = replace(fold(None, declared()), unknown={"mood": {"calm": [1]}})
    folded = fold_all(newer, [SEV2, undo(30.0)], lambda: stated(SEV2, undo(30.0)))
    assert folded == replace(stores.incident(SEV2, undo(30.0)), unknown={"mood": {"calm": [1]}})
