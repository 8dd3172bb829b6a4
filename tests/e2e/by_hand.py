"""An incident made by hand, call by call, to hold the receipt against."""

from __future__ import annotations

from typing import Any

import requests
from slack_sdk import WebClient

from incident.sandbox.verification import ANNOUNCEMENT, BRIEFING
from incident.sandbox.world import World

OPENER = "U0ALICE"
NAME = "incident-2026-11-23-database-is-down"
TITLE = 'database "is" <down> & =1+1'
ESCAPED = 'database "is" &lt;down&gt; &amp; =1+1'


class ByHand:
    """Does each thing the process asks for, once for each time it is asked."""

    def __init__(self, world: World, incident: str = "2026-11-23-abcd2345", channel: str = NAME) -> None:
        environment = world.environment()
        self.world = world
        self.incident = incident
        self.slack = WebClient(environment["SLACK_BOT_TOKEN"], environment["SLACK_API_URL"])
        self.google = environment["GOOGLE_API_URL"]
        self.name = channel
        self.channel = self.meet = self.report = ""

    def everything(self) -> None:
        self.make_channel()
        self.make_call()
        self.make_report()
        self.fill_report()
        self.set_topic()
        self.brief()
        self.mark()
        self.add_row()
        self.announce()
        self.tell_opener()

    def make_channel(self, suffix: str = "") -> None:
        self.channel = self.slack.conversations_create(name=self.name + suffix)["channel"]["id"]
        self.slack.conversations_invite(channel=self.channel, users=OPENER)

    def make_call(self) -> None:
        self.meet = self._post("v2/spaces", {"config": {"accessType": "TRUSTED"}})["meetingUri"]

    def make_report(self) -> None:
        workspace = self.world.workspace
        body = {
            "name": f"2026-11-23 {TITLE}",
            "parents": [workspace.folder_id],
            "appProperties": {"incident": self.incident},
        }
        path = f"drive/v3/files/{workspace.template_id}/copy?supportsAllDrives=true"
        self.report = self._post(path, body)["id"]

    def fill_report(self, **other: str) -> None:
        values = {
            "title": TITLE,
            "date": "2026-11-23",
            "severity": "?",
            "status": "Investigating",
            "commander": "Alice Nguyen",
            "operations_lead": "Alice Nguyen",
            "channel": f"#{self.name}",
            "meet": self.meet,
            "source": "/incident, typed in Slack",
            **dict.fromkeys(("began", "noticed", "declared", "mitigated", "resolved"), "not known yet"),
            "timeline": "Times are those of UTC.",
        } | other
        replacements = [
            {
                "replaceAllText": {
                    "containsText": {"text": f"{{{{{name}}}}}", "matchCase": True},
                    "replaceText": value,
                }
            }
            for name, value in values.items()
        ]
        self._post(f"v1/documents/{self.report}:batchUpdate", {"requests": replacements})

    def set_topic(self, commander: str = OPENER) -> None:
        topic = f"IC <@{commander}> · database is down"
        self.slack.conversations_setTopic(channel=self.channel, topic=topic)

    def brief(self, pin: bool = True) -> None:
        text = f"IC <@{OPENER}> OL <@{OPENER}> <{self.meet}|call> <{self.report_url}|report>"
        ts = self.slack.chat_postMessage(
            channel=self.channel,
            text=ESCAPED,
            blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
            metadata=self._metadata(BRIEFING),
        )["ts"]
        if pin:
            self.slack.pins_add(channel=self.channel, timestamp=ts)

    def mark(self) -> None:
        for title, link in (("Call", self.meet), ("Report", self.report_url)):
            self.slack.bookmarks_add(channel_id=self.channel, title=title, type="link", link=link)

    def add_row(self, title: str = TITLE) -> None:
        quoted = title.replace('"', '""')
        cells = [
            {"stringValue": self.incident},
            {"stringValue": "2026-11-23"},
            {"formulaValue": f'=HYPERLINK("{self.report_url}", "{quoted}")'},
            {"stringValue": f"#{self.name}"},
        ]
        row = {"values": [{"userEnteredValue": cell} for cell in cells]}
        append = {
            "sheetId": self.world.workspace.sheet_id,
            "rows": [row],
            "fields": "userEnteredValue",
        }
        path = f"v4/spreadsheets/{self.world.workspace.spreadsheet_id}:batchUpdate"
        self._post(path, {"requests": [{"appendCells": append}]})

    def announce(self, channel: str = "C0SRE") -> None:
        text = f"New incident: {ESCAPED} <#{self.channel}>"
        self.slack.chat_postMessage(channel=channel, text=text, metadata=self._metadata(ANNOUNCEMENT))

    def tell_opener(self) -> None:
        self.slack.chat_postEphemeral(channel="C0SRE", user=OPENER, text=f"<#{self.channel}> is ready")

    @property
    def report_url(self) -> str:
        return f"{self.world.page_url}/document/{self.report}"

    def _metadata(self, event: str) -> dict[str, Any]:
        return {"event_type": event, "event_payload": {"incident": self.incident}}

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(self.google + path, json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json()
