from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_google.support import Google, insert, refusal, replace


def test_copies_the_template_into_the_shared_drive(google: Google) -> None:
    copy = google.copy(appProperties={"incident": "i-1"})
    assert copy["parents"] == [google.workspace.folder_id]
    assert copy["driveId"] == google.workspace.drive_id
    assert copy["appProperties"] == {"incident": "i-1"}
    template_text = google.stand_in.document_text(google.workspace.template_id)
    assert google.stand_in.document_text(copy["id"]) == template_text
    google.edit(copy["id"], replace("{{title}}", "Broken"))
    assert google.stand_in.document_text(google.workspace.template_id) == template_text


def test_a_shared_drive_is_hidden_from_callers_that_do_not_say_they_know_them(google: Google) -> None:
    files, ids = google.drive.files(), google.workspace
    code, reason, message = refusal(files.get(fileId=ids.template_id))
    assert (code, reason, message) == (404, "notFound", f"File not found: {ids.template_id}.")
    assert refusal(files.copy(fileId=ids.template_id, body={}))[0] == 404
    assert refusal(files.create(body={"parents": [ids.folder_id]}))[2] == f"File not found: {ids.folder_id}."


def test_refuses_properties_over_the_limit(google: Google) -> None:
    google.copy(appProperties={"k": "é" * 61})
    assert refusal(lambda: google.copy(appProperties={"k": "é" * 62}))[0] == 400


def test_searches(google: Google) -> None:
    google.copy(name="It's \\ down", appProperties={"incident": "i'1"})
    google.copy(name="Other", appProperties={"incident": "i2"})
    assert google.search(r"appProperties has { key='incident' and value='i\'1' }") == ["It's \\ down"]
    assert google.search(r"name = 'It\'s \\ down' and trashed = false") == ["It's \\ down"]
    folder = google.workspace.folder_id
    document = "mimeType = 'application/vnd.google-apps.document'"
    assert sorted(google.search(f"'{folder}' in parents and {document}")) == ["It's \\ down", "Other"]
    assert google.search(f"'{folder}' in parents and not (name = 'Other' or name contains 'nothing')") == [
        "It's \\ down"
    ]
    everywhere = {"corpora": "allDrives", "driveId": None}
    assert google.search("name = 'Other'", **everywhere) == ["Other"]


@pytest.mark.parametrize(
    "q", ["name =", "name = 'a", "name = a", "(name = 'a'", "name = 'a' name = 'b'", "trashed = no"]
)
def test_refuses_a_search_it_cannot_read(google: Google, q: str) -> None:
    assert refusal(google.drive.files().list(q=q))[:2] == (400, "invalid")


def test_searching_a_shared_drive_wants_all_its_parameters(google: Google) -> None:
    search, drive_id = google.drive.files().list, google.workspace.drive_id
    assert refusal(search(corpora="drive", includeItemsFromAllDrives=True, supportsAllDrives=True))[0] == 400
    assert refusal(search(corpora="drive", driveId=drive_id, supportsAllDrives=True))[0] == 403
    assert refusal(search(includeItemsFromAllDrives=True))[0] == 403
    assert search().execute()["files"] == []


def test_pages_through_a_long_list(google: Google) -> None:
    for number in range(5):
        google.copy(name=f"Part {number}")
    names: list[str] = []
    options = {"includeItemsFromAllDrives": True, "supportsAllDrives": True, "pageSize": 2, "orderBy": "name"}
    request = google.drive.files().list(q="name contains 'Part'", **options)
    sizes: list[int] = []
    while request is not None:
        answer = request.execute()
        sizes.append(len(answer["files"]))
        names += [file["name"] for file in answer["files"]]
        request = google.drive.files().list_next(request, answer)
    assert sizes == [2, 2, 1]
    assert names == [f"Part {number}" for number in range(5)]


def test_search_is_late_when_told_to_be(google: Google) -> None:
    google.stand_in.search_lag_seconds = 60
    google.copy(appProperties={"incident": "i1"})
    query = "appProperties has { key='incident' and value='i1' }"
    assert google.search(query) == []
    assert google.search("name = 'Incidents'") == ["Incidents"]
    google.now += 60
    assert google.search(query) == ["Report"]


def test_creates_moves_trashes_shares_and_deletes(google: Google) -> None:
    files = google.drive.files()
    folder = files.create(body={"name": "2026", "mimeType": "application/vnd.google-apps.folder"}).execute()
    document = files.create(
        body={"name": "D", "mimeType": "application/vnd.google-apps.document", "parents": [folder["id"]]}
    ).execute()
    changed = files.update(
        fileId=document["id"],
        body={"name": "E", "trashed": True},
        addParents=google.workspace.folder_id,
        supportsAllDrives=True,
        fields="name,trashed,parents,driveId",
    ).execute()
    expected = {"name": "E", "trashed": True, "parents": [google.workspace.folder_id]}
    assert changed == {**expected, "driveId": google.workspace.drive_id}
    grant = {"type": "group", "role": "reader", "emailAddress": "sre@example.org"}
    permissions = google.drive.permissions()
    permissions.create(fileId=document["id"], body=grant, supportsAllDrives=True).execute()
    listed = permissions.list(fileId=document["id"], supportsAllDrives=True).execute()["permissions"]
    assert [(p["type"], p["role"]) for p in listed] == [("group", "reader")]
    assert refusal(permissions.create(fileId=folder["id"], body={"type": "user", "role": "reader"}))[0] == 400
    files.delete(fileId=document["id"], supportsAllDrives=True).execute()
    assert refusal(google.docs.documents().get(documentId=document["id"]))[0] == 404
    assert google.drive.drives().list().execute()["drives"][0]["name"] == "Incident repository"


def test_who_changed_a_file_last(google: Google) -> None:
    def last_was_me() -> bool:
        fields = "lastModifyingUser(me)"
        answer = google.drive.files().get(fileId=file_id, supportsAllDrives=True, fields=fields).execute()
        return bool(answer["lastModifyingUser"]["me"])

    file_id = google.copy()["id"]
    assert last_was_me()
    google.stand_in.edit_document(file_id, insert(1, "x"))
    assert not last_was_me()
    google.edit(file_id, insert(1, "y"))
    assert last_was_me()


def test_a_document_is_made_beside_the_reports_and_found_by_its_mark(google: Google) -> None:
    body = {
        "name": "The channel",
        "mimeType": "application/vnd.google-apps.document",
        "parents": [google.workspace.folder_id],
        "appProperties": {"incident": "i1", "part": "export"},
    }
    files = google.drive.files()
    fields = "id,webViewLink,appProperties,driveId"
    made = files.create(body=body, supportsAllDrives=True, fields=fields).execute()
    assert made["appProperties"] == body["appProperties"]
    assert made["driveId"] == google.workspace.drive_id
    assert google.search("appProperties has { key='part' and value='export' }") == ["The channel"]
    google.edit(made["id"], insert(1, "Hello\n"))
    assert google.stand_in.document_text(made["id"]) == "Hello\n\n"


def test_what_is_in_a_trashed_folder_is_in_the_trash(google: Google) -> None:
    report = google.copy(appProperties={"incident": "i1"})["id"]
    files = google.drive.files()

    def trash(file_id: str, *, trashed: bool) -> None:
        files.update(fileId=file_id, body={"trashed": trashed}, supportsAllDrives=True).execute()

    def state() -> dict[str, Any]:
        fields = "name,parents,trashed,explicitlyTrashed,trashedTime,trashingUser(me)"
        answer = files.get(fileId=report, supportsAllDrives=True, fields=fields).execute()
        return {name: value for name, value in answer.items() if name not in ("name", "parents")}

    trash(google.workspace.folder_id, trashed=True)
    assert state() == {"trashed": True, "explicitlyTrashed": False}
    query = "appProperties has { key='incident' and value='i1' } and trashed = "
    assert google.search(f"{query}true") == ["Report"]
    assert google.search(f"{query}false") == []
    trash(google.workspace.folder_id, trashed=False)
    assert google.search(f"{query}false") == ["Report"]
    trash(report, trashed=True)
    when = "2027-01-15T08:00:00.000Z"
    explicit = {"trashed": True, "explicitlyTrashed": True}
    assert state() == {**explicit, "trashedTime": when, "trashingUser": {"me": True}}


def test_a_person_at_work_in_drive(google: Google) -> None:
    report = google.copy()["id"]
    person, ids = google.stand_in.person, google.workspace
    archive = person.new_folder("Archive", ids.folder_id)
    person.rename(report, "Better name")
    person.move(report, archive)
    person.trash(report)
    fields = "name,parents,trashed,trashingUser(me)"
    get = google.drive.files().get
    found = get(fileId=report, supportsAllDrives=True, fields=fields).execute()
    assert found == {
        "name": "Better name",
        "parents": [archive],
        "trashed": True,
        "trashingUser": {"me": False},
    }
    person.restore(report)
    found = get(fileId=report, supportsAllDrives=True, fields=fields).execute()
    assert "trashingUser" not in found
    assert not found["trashed"]
