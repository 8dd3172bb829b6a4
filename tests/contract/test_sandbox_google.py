"""The Workspace stand-in, through the real google-api-python-client and a real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import httplib2
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from incident.operate.report_template import REPORTS
from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.google import FakeGoogle, Run
from incident.sandbox.serve import Server

PATHS = {"drive": "drive/v3/", "calendar": "calendar/v3/"}
VERSIONS = {"drive": "v3", "docs": "v1", "sheets": "v4", "meet": "v2", "calendar": "v3"}


class Front:
    """One socket and one set of clients for the whole file; each test puts a stand-in of its own behind."""

    def __init__(self) -> None:
        self.stand_in = FakeGoogle(FaultInjector())
        self.server = Server(self)
        self.clients = {name: self._client(name) for name in VERSIONS}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self.stand_in(environ, start_response)

    def _client(self, name: str) -> Any:
        return build(
            name,
            VERSIONS[name],
            static_discovery=True,
            http=httplib2.Http(timeout=5),
            client_options={"api_endpoint": f"{self.server.url}/{PATHS.get(name, '')}"},
        )


class Google:
    """A stand-in with a client for each of its services."""

    def __init__(self, front: Front) -> None:
        self.now = 1_800_000_000.0
        self.fault_injector = FaultInjector()
        self.stand_in = front.stand_in = FakeGoogle(self.fault_injector, clock=lambda: self.now)
        self.root = self.stand_in.url = front.server.url
        self.workspace = self.stand_in.seed("America/Toronto")
        self.drive, self.docs, self.sheets, self.meet, self.calendar = front.clients.values()

    def copy(self, **changes: Any) -> dict[str, Any]:
        body = {"name": "Report", "parents": [self.workspace.folder_id], **changes}
        call = self.drive.files().copy(
            fileId=self.workspace.template_id, body=body, supportsAllDrives=True, fields="*"
        )
        answer: dict[str, Any] = call.execute()
        return answer

    def edit(self, file_id: str, *requests: dict[str, Any], **body: Any) -> dict[str, Any]:
        call = self.docs.documents().batchUpdate(
            documentId=file_id, body={"requests": list(requests), **body}
        )
        answer: dict[str, Any] = call.execute()
        return answer

    def change(self, *requests: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = (
            self.sheets.spreadsheets()
            .batchUpdate(spreadsheetId=self.workspace.spreadsheet_id, body={"requests": list(requests)})
            .execute()
        )
        return answer

    def new_document(self, text: str) -> str:
        file_id: str = self.docs.documents().create(body={"title": "Notes"}).execute()["documentId"]
        self.edit(file_id, insert(1, text))
        return file_id

    def append(self, row: list[Any], option: str) -> dict[str, Any]:
        answer: dict[str, Any] = (
            self.sheets.spreadsheets()
            .values()
            .append(
                spreadsheetId=self.workspace.spreadsheet_id,
                range="Incidents!A:J",
                valueInputOption=option,
                body={"values": [row]},
            )
            .execute()
        )
        return answer

    def search(self, q: str, **parameters: Any) -> list[str]:
        everywhere = {
            "corpora": "drive",
            "driveId": self.workspace.drive_id,
            "includeItemsFromAllDrives": True,
            "supportsAllDrives": True,
        }
        found = self.drive.files().list(q=q, **{**everywhere, **parameters}).execute()
        return [file["name"] for file in found["files"]]


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    front = Front()
    yield front
    front.server.close()


@pytest.fixture
def google(front: Front) -> Google:
    return Google(front)


def insert(index: int, text: str) -> dict[str, Any]:
    return {"insertText": {"location": {"index": index}, "text": text}}


def replace(old: str, new: str) -> dict[str, Any]:
    return {"replaceAllText": {"containsText": {"text": old, "matchCase": True}, "replaceText": new}}


def span(start: int, end: int) -> dict[str, int]:
    return {"startIndex": start, "endIndex": end}


def refusal(call: Any) -> tuple[int, str, str]:
    """The status, the reason and the message of a call that must fail."""
    with pytest.raises(HttpError) as refused:
        call.execute() if hasattr(call, "execute") else call()
    error = json.loads(refused.value.content)["error"]
    assert error["code"] == int(refused.value.resp.status)
    return error["code"], error["errors"][0]["reason"], error["message"]


def send(google: Google, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """One request past the client, which checks much by itself."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        google.root + path, data, {"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["error"]


# Strictness


@pytest.mark.parametrize(
    "request_and_refusal",
    [
        ("GET", "/drive/v3/nothing", None, 404, "No method"),
        ("GET", "/drive/v2/files", None, 404, "No method"),
        ("POST", "/v1/documents/x:explode", {}, 404, "No method"),
        ("GET", "/drive/v3/files?pagesize=3", None, 400, 'Unknown name "pagesize"'),
        ("GET", "/drive/v3/files?pageSize=many", None, 400, "pageSize"),
        ("GET", "/drive/v3/files?pageSize=1001", None, 400, "pageSize"),
        ("GET", "/drive/v3/files?supportsAllDrives=1", None, 400, "supportsAllDrives"),
        ("GET", "/drive/v3/files?pageSize=3&pageSize=4", None, 400, "more than once"),
        ("GET", "/drive/v3/files?fields=files(id,nme)", None, 400, "files.nme"),
        ("GET", "/drive/v3/files?fields=files(id", None, 400, "field mask"),
        ("GET", "/drive/v3/files?alt=media", None, 501, "alt"),
        ("GET", "/drive/v3/files?includeLabels=x", None, 501, "includeLabels"),
        ("GET", "/drive/v3/about", None, 501, "drive.about.get"),
        ("POST", "/drive/v3/files", {"nme": "x"}, 400, 'Unknown name "nme"'),
        ("POST", "/drive/v3/files", {"name": 3}, 400, "'name'"),
        ("POST", "/drive/v3/files", {"name": None}, 400, "'name'"),
        ("POST", "/drive/v3/files", {"parents": "root"}, 400, "'parents'"),
        ("POST", "/drive/v3/files", {"appProperties": {"a": 1}}, 400, "'appProperties.a'"),
        ("POST", "/drive/v3/files", {"webViewLink": "x"}, 400, "output only"),
        ("POST", "/drive/v3/files", {"starred": True}, 501, "starred"),
        ("POST", "/drive/v3/files", b"{", 400, "Invalid JSON"),
        ("POST", "/drive/v3/files", [], 400, "an object"),
        ("POST", "/v2/spaces", {"config": {"accessType": "EVERYONE"}}, 400, "config.accessType"),
        ("POST", "/v2/spaces", {"config": {"acessType": "OPEN"}}, 400, "at 'config'"),
        ("POST", "/v2/spaces", {"meetingCode": "abc-defg-hij"}, 400, "output only"),
        ("POST", "/v1/documents/x:batchUpdate", {"requests": [{"insertTxt": {}}]}, 400, "at 'requests[0]'"),
        (
            "POST",
            "/v1/documents/x:batchUpdate",
            {"requests": [{"insertText": {"location": {"index": "1"}}}]},
            400,
            "'requests[0].insertText.location.index'",
        ),
        ("POST", "/v4/spreadsheets/x/values/A1:append?valueInputOption=raw", {}, 400, "valueInputOption"),
        ("POST", "/calendar/v3/calendars/primary/events", {"end": {"date": "tomorrow"}}, 400, "'end.date'"),
    ],
)
def test_refuses_what_the_discovery_document_does_not_know(
    google: Google, request_and_refusal: tuple[str, str, object, int, str]
) -> None:
    method, path, body, code, words = request_and_refusal
    before = google.stand_in.version
    status, answer = send(google, method, path, body)
    assert status == code
    assert words in answer["message"]
    assert google.stand_in.version == before


def test_answers_only_the_fields_asked_for(google: Google) -> None:
    file_id = google.workspace.template_id
    get = google.drive.files().get
    default = get(fileId=file_id, supportsAllDrives=True).execute()
    assert sorted(default) == ["id", "kind", "mimeType", "name"]
    some = get(fileId=file_id, supportsAllDrives=True, fields="webViewLink, parents").execute()
    assert some == {
        "webViewLink": f"{google.root}/document/{file_id}",
        "parents": [google.workspace.drive_id],
    }
    fields = "body(content/paragraph/elements(textRun(content)))"
    text = google.docs.documents().get(documentId=file_id, fields=fields).execute()
    assert text["body"]["content"][1] == {
        "paragraph": {"elements": [{"textRun": {"content": "{{title}}\n"}}]}
    }


# Drive


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


# Docs


def test_indexes_count_utf16_code_units_from_one(google: Google) -> None:
    file_id = google.new_document("a😀b\nnext")
    document = google.docs.documents().get(documentId=file_id).execute()
    content = document["body"]["content"]
    assert content[0]["endIndex"] == 1
    assert [(e["startIndex"], e["endIndex"]) for e in content[1:]] == [(1, 6), (6, 11)]
    google.edit(file_id, insert(4, "|"))
    assert google.stand_in.document_text(file_id) == "a😀|b\nnext\n"
    assert refusal(lambda: google.edit(file_id, insert(3, "x")))[0] == 400, "inside the surrogate pair"
    assert refusal(lambda: google.edit(file_id, insert(0, "x")))[0] == 400, "before the body"
    assert "end index" in refusal(lambda: google.edit(file_id, insert(12, "x")))[2]


def test_placeholders_keep_their_look(google: Google) -> None:
    file_id = google.copy()["id"]
    replies = google.edit(file_id, replace("{{title}}", "=1 & <b>"), replace("{{none}}", "x"))["replies"]
    assert replies == [{"replaceAllText": {"occurrencesChanged": 1}}, {"replaceAllText": {}}]
    title = google.stand_in.document(file_id).paragraphs[0]
    assert (title.style, title.text) == ("TITLE", "=1 & <b>")


def test_matching_minds_case_only_when_asked(google: Google) -> None:
    file_id = google.new_document("One one ONE")
    either = {"replaceAllText": {"containsText": {"text": "one"}, "replaceText": "two"}}
    assert google.edit(file_id, replace("ONE", "1"))["replies"] == [
        {"replaceAllText": {"occurrencesChanged": 1}}
    ]
    assert google.edit(file_id, either)["replies"] == [{"replaceAllText": {"occurrencesChanged": 2}}]
    assert google.stand_in.document_text(file_id) == "two two 1\n"


def test_a_batch_is_all_or_nothing(google: Google) -> None:
    file_id = google.new_document("text")
    before = google.stand_in.snapshot()
    wrong: list[dict[str, Any]] = [
        insert(99, "x"),
        {"deleteContentRange": {"range": span(1, 11)}},
        {"insertPageBreak": {}},
        {},
    ]
    for last in wrong:
        assert refusal(partial(google.edit, file_id, insert(1, "more "), last))[0] in (400, 501)
    assert google.stand_in.snapshot() == before


def test_a_batch_can_insist_on_a_revision(google: Google) -> None:
    file_id = google.new_document("text")
    revision = google.docs.documents().get(documentId=file_id, fields="revisionId").execute()["revisionId"]
    control = {"requiredRevisionId": revision}
    after = google.edit(file_id, insert(1, "a "), writeControl=control)["writeControl"]["requiredRevisionId"]
    assert refusal(lambda: google.edit(file_id, insert(1, "b "), writeControl=control))[0] == 400
    google.edit(file_id, insert(1, "c "), writeControl={"requiredRevisionId": after})
    assert google.stand_in.document_text(file_id) == "c a text\n"


def test_a_batch_can_be_merged_with_what_others_did_since(google: Google) -> None:
    file_id = google.new_document("status: open, by Ann")
    get = google.docs.documents().get
    control = {"targetRevisionId": get(documentId=file_id, fields="revisionId").execute()["revisionId"]}
    google.edit(file_id, {"createNamedRange": {"name": "theirs", "range": span(15, 17)}})
    google.edit(file_id, insert(1, "😀 "), {"deleteContentRange": {"range": span(16, 20)}})
    assert google.stand_in.document_text(file_id) == "😀 status: open Ann\n"
    answer = google.edit(
        file_id,
        {"deleteContentRange": {"range": span(9, 13)}},
        insert(9, "closed"),
        {"createNamedRange": {"name": "mine", "range": span(9, 15)}},
        insert(23, "a!"),
        writeControl=control,
    )
    assert google.stand_in.document_text(file_id) == "😀 status: closed Anna!\n"
    document = get(documentId=file_id).execute()
    assert answer["writeControl"]["requiredRevisionId"] == document["revisionId"]
    [mine] = document["namedRanges"]["mine"]["namedRanges"]
    assert mine["ranges"] == [span(12, 18)]
    assert "theirs" not in document["namedRanges"], "its text was deleted"


def test_what_both_have_deleted_or_named_is_merged_too(google: Google) -> None:
    file_id = google.new_document("abcdef")
    google.edit(file_id, {"createNamedRange": {"name": "old", "range": span(1, 3)}})
    get = google.docs.documents().get
    control = {"targetRevisionId": get(documentId=file_id, fields="revisionId").execute()["revisionId"]}
    google.edit(
        file_id,
        {"deleteNamedRange": {"name": "old"}},
        {"createNamedRange": {"name": "new", "range": span(5, 7)}},
        {"deleteContentRange": {"range": span(2, 4)}},
        insert(2, "X"),
    )
    google.edit(file_id, {"deleteContentRange": {"range": span(3, 5)}}, insert(1, "Y"), writeControl=control)
    assert google.stand_in.document_text(file_id) == "YaXef\n"
    document = get(documentId=file_id).execute()
    [new] = document["namedRanges"].pop("new")["namedRanges"]
    assert new["ranges"] == [span(4, 6)]
    assert document["namedRanges"] == {}


def test_a_batch_cannot_be_merged_with_a_revision_unknown(google: Google) -> None:
    file_id = google.new_document("text")
    unknown = {"targetRevisionId": "ANeT999999"}
    assert "too far behind" in refusal(lambda: google.edit(file_id, insert(1, "a"), writeControl=unknown))[2]
    both = {"targetRevisionId": "x", "requiredRevisionId": "x"}
    assert refusal(lambda: google.edit(file_id, insert(1, "a"), writeControl=both))[0] == 400
    assert google.stand_in.document_text(file_id) == "text\n"


def test_replacing_a_named_range_that_is_not_there(google: Google) -> None:
    file_id = google.new_document("text")
    by_name = {"replaceNamedRangeContent": {"namedRangeName": "none", "text": "x"}}
    google.edit(file_id, by_name)
    assert google.stand_in.document_text(file_id) == "text\n"
    by_id = {"replaceNamedRangeContent": {"namedRangeId": "none", "text": "x"}}
    assert refusal(lambda: google.edit(file_id, by_id))[0] == 400


def test_a_named_range_shrinks_and_goes_with_its_text(google: Google) -> None:
    file_id = google.new_document("a named part")
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(3, 8)}})
    google.edit(file_id, {"deleteContentRange": {"range": span(1, 5)}})
    get = google.docs.documents().get
    found = get(documentId=file_id, includeTabsContent=True, suggestionsViewMode="SUGGESTIONS_INLINE")
    [tab] = found.execute()["tabs"]
    [named] = tab["documentTab"]["namedRanges"]["n"]["namedRanges"]
    assert named["ranges"] == [span(1, 4)]
    google.edit(file_id, {"deleteContentRange": {"range": span(1, 4)}})
    assert "namedRanges" not in get(documentId=file_id).execute()


def test_named_ranges_move_with_the_text(google: Google) -> None:
    file_id = google.new_document("Timeline\nfirst\n")
    create = {"createNamedRange": {"name": "timeline", "range": span(10, 16)}}
    [reply] = google.edit(file_id, create)["replies"]
    named_id = reply["createNamedRange"]["namedRangeId"]

    def bounds() -> dict[str, int]:
        document = google.docs.documents().get(documentId=file_id, fields="namedRanges").execute()
        [found] = document["namedRanges"]["timeline"]["namedRanges"]
        assert found["namedRangeId"] == named_id
        return dict(found["ranges"][0])

    google.edit(file_id, insert(1, "😀"))
    assert bounds() == span(12, 18)
    google.edit(file_id, insert(13, "xx"))
    assert bounds() == span(12, 20)
    google.edit(file_id, insert(20, "after"))
    assert bounds() == span(12, 20)
    google.edit(file_id, {"replaceNamedRangeContent": {"namedRangeName": "timeline", "text": "new\n"}})
    assert google.stand_in.document_text(file_id) == "😀Timeline\nnew\nafter\n"
    assert bounds() == span(12, 16)
    google.edit(file_id, {"deleteNamedRange": {"name": "timeline"}})
    assert refusal(lambda: google.edit(file_id, {"deleteNamedRange": {"namedRangeId": named_id}}))[0] == 400


def test_styles_are_written_by_their_mask(google: Google) -> None:
    file_id = google.new_document("Head\nsee here\none\n\ttwo")
    link = {"link": {"url": "https://example.org"}, "bold": True, "italic": True}
    google.edit(
        file_id,
        {
            "updateParagraphStyle": {
                "range": span(1, 2),
                "paragraphStyle": {"namedStyleType": "HEADING_2"},
                "fields": "namedStyleType",
            }
        },
        {"updateTextStyle": {"range": span(10, 14), "textStyle": link, "fields": "link,bold"}},
        {"createParagraphBullets": {"range": span(15, 23), "bulletPreset": "BULLET_CHECKBOX"}},
    )
    head, see, one, two = google.stand_in.document(file_id).paragraphs
    assert head.style == "HEADING_2"
    assert see.runs == (Run("see "), Run("here", bold=True, link="https://example.org"))
    assert [(p.bullet, p.text) for p in (one, two)] == [(0, "one"), (1, "two")]
    wrong: dict[str, Any] = {"updateTextStyle": {"range": span(1, 2), "textStyle": {}, "fields": "blod"}}
    assert "blod" in refusal(lambda: google.edit(file_id, wrong))[2]
    del wrong["updateTextStyle"]["fields"]
    assert "fields" in refusal(lambda: google.edit(file_id, wrong))[2]


def test_the_template_has_every_placeholder_once_and_every_question(google: Google) -> None:
    text = google.stand_in.document_text(google.workspace.template_id)
    placeholders = ["title", "date", "commander", "operations_lead", "channel", "meet", "severity", "status"]
    assert [text.count(f"{{{{{name}}}}}") for name in placeholders] == [1] * len(placeholders)
    headings = [line.text for line in REPORTS["en"] if line.style.startswith("HEADING")]
    view = google.stand_in.document(google.workspace.template_id)
    assert [p.text for p in view.paragraphs if p.style.startswith("HEADING")] == headings
    for question in ("What happened", "Root cause", "Where we got lucky", "Action items", "Timeline"):
        assert question in headings


# Sheets


@pytest.mark.parametrize("words", ["=1+1", '+HYPERLINK("http://x")', '=IMPORTXML("http://x","//a")'])
def test_a_formula_injection_can_be_seen(google: Google, words: str) -> None:
    google.append(["raw", words], "RAW")
    google.append(["typed", words], "USER_ENTERED")
    _, raw, typed = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")
    assert (raw[1].value, raw[1].formula) == (words, None)
    assert typed[1].formula is not None
    assert typed[1].value != words


def test_values_are_read_back_as_asked(google: Google) -> None:
    row = ['=HYPERLINK("https://a/""b", "say ""hi""")', "2026-11-23", "'=1", "4.50", "true", "x"]
    google.append(row, "USER_ENTERED")

    def values(rendering: str) -> Any:
        return (
            google.sheets.spreadsheets()
            .values()
            .get(
                spreadsheetId=google.workspace.spreadsheet_id,
                range="'Incidents'!A2:J",
                valueRenderOption=rendering,
            )
            .execute()["values"]
        )

    assert values("FORMATTED_VALUE") == [['say "hi"', "2026-11-23", "=1", "4.5", "TRUE", "x"]]
    assert values("UNFORMATTED_VALUE") == [['say "hi"', 46349, "=1", 4.5, True, "x"]]
    assert values("FORMULA")[0][0] == row[0]
    assert (
        google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "incidents")[1][0].link == 'https://a/"b'
    )


def test_append_finds_the_table(google: Google) -> None:
    first = google.append(["a"], "RAW")
    assert (first["tableRange"], first["updates"]["updatedRange"]) == ("Incidents!A1:J1", "Incidents!A2")
    assert google.append(["b", "c"], "RAW")["updates"]["updatedRange"] == "Incidents!A3:B3"
    values = google.sheets.spreadsheets().values()
    values.update(
        spreadsheetId=google.workspace.spreadsheet_id,
        range="Incidents!B2",
        valueInputOption="RAW",
        body={"values": [["late", None, 7]]},
    ).execute()
    column = values.batchGet(
        spreadsheetId=google.workspace.spreadsheet_id, ranges=["Incidents!A:A", "B2:D2"]
    ).execute()
    assert [found.get("values") for found in column["valueRanges"]] == [
        [["id"], ["a"], ["b"]],
        [["late", "", "7"]],
    ]


@pytest.mark.parametrize(
    "text", ["Nothing!A1", "Incidents!", "A0", "Incidents!B2:A1", "'Incidents!A1", "A1:", "=A1"]
)
def test_refuses_a_range_it_cannot_read(google: Google, text: str) -> None:
    call = (
        google.sheets.spreadsheets().values().get(spreadsheetId=google.workspace.spreadsheet_id, range=text)
    )
    assert refusal(call) == (400, "badRequest", f"Unable to parse range: {text}")


def test_a_sheet_of_any_name_is_reached(google: Google) -> None:
    properties = {"title": "Bob's / 50%: plan", "gridProperties": {"frozenRowCount": 1}}
    [reply] = google.change({"addSheet": {"properties": properties}})["replies"]
    assert reply["addSheet"]["properties"]["gridProperties"]["frozenRowCount"] == 1
    google.sheets.spreadsheets().values().update(
        spreadsheetId=google.workspace.spreadsheet_id,
        range="'Bob''s / 50%: plan'!A1",
        valueInputOption="RAW",
        body={"values": [["here"]]},
    ).execute()
    rows = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Bob's / 50%: plan")
    assert rows[0][0].value == "here"
    assert refusal(lambda: google.change({"addSheet": {"properties": properties}}))[0] == 400


def append_cells(google: Google, fields: str, *cells: dict[str, Any]) -> dict[str, Any]:
    rows = [{"values": list(cells)}]
    return {"appendCells": {"sheetId": google.workspace.sheet_id, "rows": rows, "fields": fields}}


def test_cells_are_written_by_their_mask(google: Google) -> None:
    linked = {
        "userEnteredValue": {"stringValue": "=report"},
        "textFormatRuns": [{"startIndex": 0, "format": {"link": {"uri": "https://r"}}}],
        "note": "hidden",
    }
    day = {
        "userEnteredValue": {"numberValue": 46349.5},
        "userEnteredFormat": {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}},
    }
    fields = "userEnteredValue,textFormatRuns,userEnteredFormat(numberFormat)"
    google.change(append_cells(google, fields, linked, day))
    title, when = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")[1][:2]
    assert (title.value, title.formula, title.link, title.note) == ("=report", None, "https://r", None)
    assert (when.text, when.number_format) == ("2026-11-23 12:00", "yyyy-mm-dd hh:mm")
    google.change(append_cells(google, "userEnteredValue", linked, day))
    plain = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")[2]
    assert (plain[0].link, plain[1].text) == (None, "46349.5")


@pytest.mark.parametrize(
    ("fields", "cell", "words"),
    [
        ("", {}, "fields"),
        ("userEnteredvalue", {}, "userEnteredvalue"),
        ("userEnteredValue", {"userEnteredValue": {"formulaValue": "1+1"}}, "begin with '='"),
        ("userEnteredValue", {"userEnteredValue": {"stringValue": "a", "numberValue": 1}}, "more than one"),
        ("userEnteredValue", {"userEnteredValue": {"stringValue": "a" * 50_001}}, "50000"),
        (
            "*",
            {"userEnteredValue": {"stringValue": "a"}, "textFormatRuns": [{"startIndex": 1}]},
            "textFormatRuns",
        ),
        ("*", {"effectiveValue": {"stringValue": "a"}}, "output only"),
    ],
)
def test_refuses_cells_that_sheets_would_refuse(
    google: Google, fields: str, cell: dict[str, Any], words: str
) -> None:
    before = google.stand_in.snapshot()
    good = append_cells(google, "userEnteredValue", {"userEnteredValue": {"stringValue": "first"}})
    assert words in refusal(lambda: google.change(good, append_cells(google, fields, cell)))[2]
    assert google.stand_in.snapshot() == before


def test_the_spreadsheet_shows_what_was_set(google: Google) -> None:
    sheet_id = google.workspace.sheet_id
    area = {
        "sheetId": sheet_id,
        "startRowIndex": 1,
        "endRowIndex": 3,
        "startColumnIndex": 4,
        "endColumnIndex": 5,
    }
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "open"}]}, "strict": True}
    chart = {
        "spec": {"title": "A month"},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": sheet_id}}},
    }
    properties = {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 2}}
    google.change(
        {"setBasicFilter": {"filter": {"range": {"sheetId": sheet_id}}}},
        {"setDataValidation": {"range": area, "rule": rule}},
        {"addChart": {"chart": chart}},
        {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}},
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": 1},
                "rows": [{"values": [{"userEnteredValue": {"boolValue": True}}]}],
                "fields": "userEnteredValue",
            }
        },
    )
    get = google.sheets.spreadsheets().get
    [sheet] = get(spreadsheetId=google.workspace.spreadsheet_id, includeGridData=True).execute()["sheets"]
    assert sheet["basicFilter"]["range"]["sheetId"] == sheet_id
    assert sheet["charts"][0]["spec"]["title"] == "A month"
    assert sheet["properties"]["gridProperties"]["frozenRowCount"] == 2
    assert sheet["data"][0]["rowData"][1]["values"][0]["effectiveValue"] == {"boolValue": True}
    assert sheet["data"][0]["rowData"][2]["values"][4]["dataValidation"] == rule
    one = get(
        spreadsheetId=google.workspace.spreadsheet_id, fields="sheets.properties(sheetId,title)"
    ).execute()
    assert one == {"sheets": [{"properties": {"sheetId": sheet_id, "title": "Incidents"}}]}
    assert (
        "No grid with id: 5"
        in refusal(lambda: google.change({"appendCells": {"sheetId": 5, "fields": "*"}}))[2]
    )
    created = google.sheets.spreadsheets().create(body={"properties": {"title": "New"}}).execute()
    assert created["properties"]["title"] == "New"


def test_a_batch_can_show_what_it_has_done(google: Google) -> None:
    google.append(["a", "1"], "RAW")
    google.append(["b", "2"], "RAW")
    cell = {"userEnteredValue": {"stringValue": "3"}}
    start = {"sheetId": google.workspace.sheet_id, "rowIndex": 2, "columnIndex": 1}
    update = {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}}
    batch = google.sheets.spreadsheets().batchUpdate
    body = {
        "requests": [update],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Incidents!A3:B3"],
        "responseIncludeGridData": True,
    }
    answer = batch(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    [sheet] = answer["updatedSpreadsheet"]["sheets"]
    [row] = sheet["data"][0]["rowData"]
    assert [value["formattedValue"] for value in row["values"]] == ["b", "3"]
    del body["responseIncludeGridData"]
    plain = batch(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    assert "data" not in plain["updatedSpreadsheet"]["sheets"][0]
    before = google.stand_in.snapshot()
    refused = batch(spreadsheetId=google.workspace.spreadsheet_id, body={**body, "responseRanges": ["No!A1"]})
    assert "parse range" in refusal(refused)[2]
    assert google.stand_in.snapshot() == before


def test_rows_are_deleted_and_those_below_move_up(google: Google) -> None:
    for text in ("a", "b", "c", "d"):
        google.append([text], "RAW")

    def rows(start: int, end: int, **changes: Any) -> dict[str, Any]:
        area = {
            "sheetId": google.workspace.sheet_id,
            "dimension": "ROWS",
            "startIndex": start,
            "endIndex": end,
        }
        return {"deleteDimension": {"range": {**area, **changes}}}

    google.change(rows(2, 4))
    shown = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")
    assert [cells[0].text for cells in shown] == ["id", "a", "d"]
    assert refusal(lambda: google.change(rows(997, 999)))[0] == 400, "two rows are gone"
    assert refusal(lambda: google.change(rows(3, 3)))[0] == 400
    assert refusal(lambda: google.change(rows(0, 998)))[0] == 400
    assert refusal(lambda: google.change(rows(0, 1, dimension="COLUMNS")))[0] == 501


# Meet and Calendar


def test_a_space_lives_on(google: Google) -> None:
    spaces = google.meet.spaces()
    created = spaces.create(body={"config": {"accessType": "OPEN"}}).execute()
    assert created["meetingUri"] == f"{google.root}/meet/{created['meetingCode']}"
    assert created["config"] == {"accessType": "OPEN", "entryPointAccess": "ALL"}
    patched = spaces.patch(
        name=created["name"], updateMask="config.accessType", body={"config": {"accessType": "RESTRICTED"}}
    ).execute()
    assert patched["config"]["accessType"] == "RESTRICTED"
    assert spaces.get(name=f"spaces/{created['meetingCode']}").execute() == patched
    assert refusal(spaces.endActiveConference(name=created["name"]))[0] == 400
    conference = google.stand_in.join(created["meetingCode"])
    assert spaces.get(name=created["name"]).execute()["activeConference"] == {"conferenceRecord": conference}
    assert spaces.endActiveConference(name=created["name"], body={}).execute() == {}
    assert refusal(spaces.get(name="spaces/none"))[0] == 404
    assert refusal(spaces.patch(name=created["name"], updateMask="config.color", body={}))[0] == 400
    assert [space.name for space in google.stand_in.spaces()] == [created["name"]]


def test_events(google: Google) -> None:
    events = google.calendar.events()
    body = {
        "summary": "Postmortem",
        "start": {"dateTime": "2026-11-25T10:00:00-05:00"},
        "end": {"dateTime": "2026-11-25T11:00:00-05:00"},
        "extendedProperties": {"private": {"incident": "i1"}},
    }
    created = events.insert(calendarId="primary", body=body).execute()
    moved = events.patch(calendarId="primary", eventId=created["id"], body={"summary": "Review"}).execute()
    assert events.get(calendarId="primary", eventId=created["id"]).execute() == moved
    found = events.list(calendarId="primary", privateExtendedProperty="incident=i1").execute()["items"]
    assert [event["summary"] for event in found] == ["Review"]
    assert events.list(calendarId="primary", timeMin="2026-11-26T00:00:00Z").execute()["items"] == []
    assert refusal(events.insert(calendarId="primary", body={"start": body["start"]}))[:2] == (
        400,
        "required",
    )


# Faults, quotas, state


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
