from __future__ import annotations

import json

import pytest
from googleapiclient.errors import HttpError

from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.google import FakeGoogle
from tests.contract.sandbox_google.support import Google, insert, refusal, replace, span


def test_a_fault_answers_in_googles_words_and_does_nothing(google: Google) -> None:
    google.fault_injector.break_(
        "meet.spaces.create", Fault(429, "rateLimitExceeded", retry_after=7), times=1
    )
    with pytest.raises(HttpError) as refused:
        google.meet.spaces().create(body={}).execute()
    assert refused.value.resp["retry-after"] == "7"
    error = json.loads(refused.value.content)["error"]
    assert (error["status"], error["errors"][0]["reason"]) == ("RESOURCE_EXHAUSTED", "rateLimitExceeded")
    assert google.stand_in.spaces() == []
    google.meet.spaces().create(body={}).execute()
    assert [call.name for call in google.fault_injector.calls] == ["meet.spaces.create"] * 2


def test_a_fault_may_act_first(google: Google) -> None:
    google.fault_injector.break_("meet.spaces.create", Fault(503, acts=True))
    assert refusal(google.meet.spaces().create(body={}))[:2] == (503, "backendError")
    assert len(google.stand_in.spaces()) == 1


def test_a_fault_may_drop_the_connection(google: Google) -> None:
    google.fault_injector.break_("drive.files.copy", Fault(0, acts=True))
    with pytest.raises(ConnectionError):
        google.copy(name="Ghost")
    assert [file.name for file in google.stand_in.files()].count("Ghost") == 1


def test_calls_are_counted_by_the_apis_own_names(google: Google) -> None:
    file_id = google.copy()["id"]
    google.edit(file_id, replace("{{title}}", "x"))
    google.append(["x"], "RAW")
    google.change()
    names = [call.name for call in google.fault_injector.calls]
    assert names[:2] == ["drive.files.copy", "docs.documents.batchUpdate"]
    assert names[2:] == ["sheets.spreadsheets.values.append", "sheets.spreadsheets.batchUpdate"]


def test_quotas_hold_for_a_minute(google: Google) -> None:
    google.stand_in.enforce_quotas = True
    spaces = google.meet.spaces()
    for _ in range(10):
        spaces.create(body={}).execute()
    assert refusal(spaces.create(body={}))[:2] == (429, "rateLimitExceeded")
    google.now += 60
    spaces.create(body={}).execute()
    assert len(google.stand_in.spaces()) == 11


def test_a_snapshot_brings_everything_back(google: Google) -> None:
    file_id = google.copy()["id"]
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(1, 3)}})
    google.append(["x", "=1"], "USER_ENTERED")
    google.meet.spaces().create(body={}).execute()
    snapshot = json.loads(json.dumps(google.stand_in.snapshot()))
    other = FakeGoogle(FaultInjector())
    version = other.version
    other.restore(snapshot)
    assert other.version > version
    assert other.snapshot() == snapshot
    assert other.document(file_id) == google.stand_in.document(file_id)
    assert other.sheet_rows(google.workspace.spreadsheet_id, "Incidents")[1][1].formula == "=1"


def test_the_version_goes_up_with_changes_only(google: Google) -> None:
    before = google.stand_in.version
    google.docs.documents().get(documentId=google.workspace.template_id).execute()
    assert google.stand_in.version == before
    google.edit(google.workspace.template_id, insert(1, "x"))
    assert google.stand_in.version > before


def test_a_long_get_is_understood(google: Google) -> None:
    words = " or ".join(f"name = '{number:0100d}'" for number in range(30))
    assert google.search(f"name = 'Incidents' or {words}") == ["Incidents"]
