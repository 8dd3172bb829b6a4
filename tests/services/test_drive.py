"""Copies of the template, through the real client."""

from __future__ import annotations

import pytest

from incident.runtime.failures import PermanentError, TransientError
from incident.sandbox.faults import Fault
from incident.services.docs import Docs
from incident.services.drive import Copy, Drive
from tests.services.conftest import GoogleStage


@pytest.fixture
def drive(workspace: GoogleStage) -> Drive:
    ids = workspace.ids
    return Drive(workspace.google, template_id=ids.template_id, folder_id=ids.folder_id)


def trashed(workspace: GoogleStage, file_id: str) -> bool:
    [file] = [file for file in workspace.fake.files() if file.id == file_id]
    return file.trashed


def test_all_copies_of_an_incident_are_found_the_oldest_first(workspace: GoogleStage, drive: Drive) -> None:
    made = []
    for _ in range(3):
        made.append(drive.copy_template("It's \\ down", "i'1"))
        workspace.clock.now += 1
    drive.copy_template("another", "i2")
    assert drive.find_copies("i'1") == [Copy(d.id, d.url, touched_by_person=False) for d in made]
    assert drive.find_copy("i'1") == made[0]
    assert drive.find_copies("i3") == []
    assert drive.find_copy("i3") is None


def test_more_copies_than_fit_on_a_page_are_found(workspace: GoogleStage, drive: Drive) -> None:
    made = []
    for _ in range(101):
        made.append(drive.copy_template("again", "i1").id)
        workspace.clock.now += 1
    assert [copy.id for copy in drive.find_copies("i1")] == made


def test_a_copy_that_a_person_has_typed_into_is_told_apart(workspace: GoogleStage, drive: Drive) -> None:
    copy = drive.copy_template("report", "i1")
    Docs(workspace.google).fill(copy.id, {"title": "x"}, "nonce")
    assert not drive.find_copies("i1")[0].touched_by_person
    insert = {"insertText": {"location": {"index": 1}, "text": "Mine!"}}
    workspace.fake.edit_document(copy.id, insert)
    assert drive.find_copies("i1")[0].touched_by_person


def test_a_new_copy_may_show_late(workspace: GoogleStage, drive: Drive) -> None:
    workspace.fake.search_lag_seconds = 60
    copy = drive.copy_template("report", "i1")
    assert drive.find_copies("i1") == []
    workspace.clock.now += 60
    assert [found.id for found in drive.find_copies("i1")] == [copy.id]


def test_trashing_twice_is_once_and_nothing_is_deleted(workspace: GoogleStage, drive: Drive) -> None:
    kept, stray = drive.copy_template("report", "i1"), drive.copy_template("report", "i1")
    drive.trash(stray.id)
    drive.trash(stray.id)
    assert [copy.id for copy in drive.find_copies("i1")] == [kept.id]
    assert (trashed(workspace, stray.id), trashed(workspace, kept.id)) == (True, False)
    drive.trash("a-file-that-is-gone")


def test_what_hinders_trashing_is_told(workspace: GoogleStage, drive: Drive) -> None:
    stray = drive.copy_template("report", "i1")
    workspace.fault_injector.break_("drive.files.update", Fault(403, "insufficientFilePermissions"), times=1)
    with pytest.raises(PermanentError):
        drive.trash(stray.id)
    workspace.fault_injector.break_("drive.files.update", Fault(503), times=1)
    drive.trash(stray.id)
    assert trashed(workspace, stray.id)
    workspace.fault_injector.break_("drive.files.update", Fault(500))
    with pytest.raises(TransientError):
        drive.trash(stray.id)
