"""Copying a channel into a document: page by page, so that a crash in the middle costs one page at most.

The newest page is written first, and each older one above it. Then each is counted again: a page that Slack
counts otherwise, as something was said or deleted meanwhile, is read and written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from incident.engine.workflow import Attempt, Result, Step, StepResult
from incident.model.incident import Incident
from incident.model.slack_message import LONGEST, content_of
from incident.model.slack_words import Directory, in_words
from incident.model.transcript import Said, lines
from incident.services.docs_pages import Piece, Text
from incident.services.slack_history import Page, Raw, Window
from incident.workflows.job import Job

WORDS = {
    "en": {
        "title": "Channel #{channel}",
        "intro": "Everything that was said in the channel until {at}, as it was copied. Replies stand "
        "beneath what they reply to. Report: {report}",
        "file": "File: ",
        "nothing": "(deleted)",
        "rest": "the whole message, in Slack",
        "all": "Messages: {count}, as many as Slack counts.",
        "differs": "Messages: {count}; Slack counts {slack}. What may be missing is in the channel.",
        "suffix": "channel",
    },
    "fr": {
        "title": "Canal #{channel}",
        "intro": "Tout ce qui s’est dit dans le canal jusqu’au {at}, tel que copié. Les réponses se trouvent "
        "sous ce à quoi elles répondent. Rapport : {report}",
        "file": "Fichier : ",
        "nothing": "(supprimé)",
        "rest": "le message entier, dans Slack",
        "all": "Messages : {count}, autant que Slack en compte.",
        "differs": "Messages : {count}; Slack en compte {slack}. Ce qui manquerait se trouve dans le canal.",
        "suffix": "canal",
    },
}
"""What the document says besides, in the first language of the channels; `suffix` in its name, in each."""

WORDS_LIMIT = 40_000
"""Characters of a message, as Slack has it: https://docs.slack.dev/reference/methods/chat.postMessage"""


@dataclass(frozen=True, slots=True)
class Copying:
    """One time that a channel is copied: all of it or, before it is archived, what was said since.

    Attributes:
        name: of its steps and pages.
        window: what is copied.
        document: id of the document in Drive.
        has_head: whether it begins the document.
    """

    name: str
    window: Window
    document: str
    has_head: bool = False

    def done(self) -> str:
        """The name of its last step."""
        return f"{self.name}.done"

    def next_step(self, results: Mapping[str, Result]) -> Step[Job] | None:
        """What is to be done next, given what is done; None once it is all there."""
        return next((step for step in self._steps(results) if step.name not in results), None)

    def counts(self, results: Mapping[str, Result]) -> tuple[int, int]:
        """The messages that were copied, and how many there are by Slack's count."""
        checks = [results[self._check(n)] for n in self._written(results) if self._check(n) in results]
        return sum(one["count"] for one in checks), sum(one["slack"] for one in checks)

    def _steps(self, results: Mapping[str, Result]) -> Iterator[Step[Job]]:
        if self.has_head:
            yield Step(f"{self.name}.head", partial(_write_head, copying=self), tells=False)
        for number in self._pages(results):
            yield Step(self._page(number), partial(_copy_page, copying=self, number=number), tells=False)
        for number in self._written(results):
            yield Step(self._check(number), partial(_check_page, copying=self, number=number), tells=False)

    def _pages(self, results: Mapping[str, Result]) -> Iterator[int]:
        """The numbers of the pages that are known of, the newest first: another while there is more."""
        number = 1
        while True:
            yield number
            if not results.get(self._page(number), {}).get("older"):
                return
            number += 1

    def _written(self, results: Mapping[str, Result]) -> list[int]:
        """The pages that said anything."""
        return [n for n in self._pages(results) if results.get(self._page(n), {}).get("count")]

    def _page(self, number: int) -> str:
        return f"{self.name}.page.{number}"

    def _check(self, number: int) -> str:
        return f"{self.name}.check.{number}"

    def page_before(self, number: int, results: Mapping[str, Result]) -> str:
        """The `ts` of the oldest message of the page before, which was newer; empty for the first."""
        return str(results[self._page(number - 1)]["first"]) if number > 1 else ""

    def newer(self, number: int) -> list[str]:
        """The names in the document of the pages that a page stands above, the nearest first."""
        return [self.named(n) for n in range(number - 1, 0, -1)]

    def named(self, number: int) -> str:
        """The name of a page in the document."""
        return f"export.{self.name}.{number}"

    def result_of(self, number: int, results: Mapping[str, Result]) -> Result:
        """What was left by copying a page."""
        return results[self._page(number)]


def _write_head(job: Job, attempt: Attempt, *, copying: Copying) -> StepResult:
    """The title, and what this is."""
    incident, words = _incident(job, attempt), _words(job)
    until = _at(job, copying.window.latest)
    intro = words["intro"].format(at=f"{until:%Y-%m-%d %H:%M %Z}", report=incident.document_url or "–")
    title = words["title"].format(channel=incident.channel_name)
    pages = job.services.pages
    pages.put(copying.document, Text(f"export.{copying.name}.title", [Piece(title)], "TITLE"))
    pages.put(copying.document, Text(f"export.{copying.name}.intro", [Piece(intro)]))
    return StepResult()


def _copy_page(job: Job, attempt: Attempt, *, copying: Copying, number: int) -> StepResult:
    """Reads the next older messages, and writes them above the newer."""
    channel, before = _incident(job, attempt).channel_id, copying.page_before(number, attempt.results)
    page = job.services.slack.page_before(channel, before, copying.window)
    if page.count:
        job.services.pages.put(
            copying.document, _text(job, channel, page, copying.named(number)), above=copying.newer(number)
        )
    return StepResult(
        {"latest": page.latest, "first": page.first, "count": page.count, "older": page.has_older}
    )


def _check_page(job: Job, attempt: Attempt, *, copying: Copying, number: int) -> StepResult:
    """Counts a page again by what Slack says of it; where that differs, reads and writes it anew."""
    channel, copied = _incident(job, attempt).channel_id, copying.result_of(number, attempt.results)
    slack, bounds = job.services.slack, (copied["first"], copied["latest"])
    counted = slack.recount(channel, *bounds, copying.window)
    if counted == copied["count"]:
        return StepResult({"count": counted, "slack": counted})
    page = slack.page_between(channel, *bounds, copying.window)
    job.services.pages.put(
        copying.document,
        _text(job, channel, page, copying.named(number)),
        above=copying.newer(number),
        replaces=True,
    )
    return StepResult({"count": page.count, "slack": slack.recount(channel, *bounds, copying.window)})


def write_end(job: Job, attempt: Attempt, *, copying: Copying) -> None:
    """Says at the end of the document how many messages were copied, and whether that is all."""
    count, slack = copying.counts(attempt.results)
    text = _words(job)["all" if count == slack else "differs"].format(count=count, slack=slack)
    job.services.pages.put(copying.document, Text(f"export.{copying.name}.end", [Piece(text)]))


def _text(job: Job, channel: str, page: Page, name: str) -> Text:
    """A page of the document: a line for each message, with its replies beneath."""
    words, pieces = _words(job), list[Piece]()
    for thread in page.threads:
        shown = [
            thread.message,
            *thread.replies,
        ]  # what is replied to is shown, though it may be copied before
        for message in shown:
            said = _said(job, channel, message, is_reply=message is not thread.message)
            pieces += [Piece("\n")] if pieces else []
            pieces += [Piece(text, link) for text, link in lines(said, words["file"])]
    return Text(name, pieces or [Piece(words["nothing"])])


def _said(job: Job, channel: str, message: Raw, *, is_reply: bool) -> Said:
    """A message in words."""
    services, say, content = job.services, job.services.say, content_of(message)
    people = services.people
    directory = Directory(
        people.known_name, people.group_name, people.channel_name, say.somebody, say.some_channel
    )
    author = content.app_name or people.known_name(content.author or content.app_user) or say.somebody
    words = in_words(content.text, directory, WORDS_LIMIT)
    files = list(content.files)
    if len(content.text) >= LONGEST:
        url = services.message_url(channel, str(message["ts"]), content.thread_ts)
        files.append((_words(job)["rest"], url))
    return Said(_at(job, str(message["ts"])), author, words, files, is_reply)


def _at(job: Job, ts: str) -> datetime:
    """When a message was written, in the organisation's timezone."""
    return datetime.fromtimestamp(float(ts), UTC).astimezone(job.services.timezone)


def _words(job: Job) -> Mapping[str, str]:
    return WORDS[job.services.say.locale]


def _incident(job: Job, attempt: Attempt) -> Incident:
    return attempt.incident or job.about()
