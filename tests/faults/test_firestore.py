"""A worker is killed at any remote call of a declaration whose runs are kept in Firestore."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.sandbox.switchboard import Moment
from tests.contract.conftest import firestore_emulator  # noqa: F401 - the fixture
from tests.faults.discovery import rig_on
from tests.faults.rig import TITLE, Rig
from tests.faults.stores import EmulatedFirestore
from tests.faults.tampering import Tampering
from tests.faults.truth import Allowed, wrong_with_incident


@pytest.fixture(scope="module")
def rig_on_firestore(firestore_emulator: str) -> Iterator[Rig]:  # noqa: F811 - it is that fixture
    with rig_on(EmulatedFirestore(firestore_emulator)) as rig:
        yield rig


@pytest.mark.calls("declare")
@pytest.mark.parametrize("moment", ["arrived", "acted"])
def test_a_worker_killed_at_any_call(call_of: tuple[str, str], moment: Moment, rig_on_firestore: Rig) -> None:
    rig = rig_on_firestore
    rig.reset()
    method, _, number = call_of[1].rpartition(" ")
    message = rig.say(f"/incident {TITLE}")
    rig.kill_at(method, int(number), moment)
    assert rig.deliver(message).status == 0
    rig.later(60)
    rig.settle(message)
    assert wrong_with_incident(rig, Allowed(receipts=2, calls=2)) == []


@pytest.mark.store_calls("declare")
@pytest.mark.parametrize("acts", [False, True])
def test_a_worker_killed_at_any_call_of_the_store(
    store_call_of: tuple[str, int], acts: bool, rig_on_firestore: Rig
) -> None:
    rig = rig_on_firestore
    rig.reset()
    message = rig.say(f"/incident {TITLE}")
    rig.settle(message, Tampering(threads=1, store_acts=acts).at_store_call(store_call_of[1]))
    assert wrong_with_incident(rig, Allowed(receipts=2, calls=2)) == []


def test_deliveries_at_the_same_instant(rig_on_firestore: Rig) -> None:
    rig = rig_on_firestore
    rig.reset()
    rig.settle(rig.say(f"/incident {TITLE}"), copies=4)
    assert wrong_with_incident(rig, Allowed()) == []
