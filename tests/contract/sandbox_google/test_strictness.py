from __future__ import annotations

import pytest

from tests.contract.sandbox_google.support import Google, send


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
