"""What a person does on the page to reports and spreadsheets: types, sorts, renames, accepts suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from incident.sandbox.google.errors import ApiError

if TYPE_CHECKING:
    from incident.sandbox.google import Person
    from incident.sandbox.page.body import Body

    Act = Callable[[Body], None]


def papers(person: Person) -> Mapping[str, Callable[[Body], dict[str, Any]]]:
    """What can be done, by the name it has in the API; see `incident.sandbox.page.actions`."""
    acts: dict[str, Act] = {
        "edit_paragraph": lambda body: _edit_paragraph(person, body),
        "settle_suggestion": lambda body: _settle(person, body),
        "rename_file": lambda body: person.rename(body.text("file"), _name(body)),
        "trash_file": lambda body: person.trash(body.text("file")),
        "restore_file": lambda body: person.restore(body.text("file")),
        "edit_cell": lambda body: _edit_cell(person, body),
        "sort_sheet": lambda body: _sort(person, body),
        "insert_row": lambda body: person.insert_row(*_row(body)),
        "delete_row": lambda body: person.delete_row(*_row(body)),
    }
    return {name: _said(act) for name, act in acts.items()}


def _said(act: Act) -> Callable[[Body], dict[str, Any]]:
    def do(body: Body) -> dict[str, Any]:
        try:
            act(body)
        except ApiError as refused:
            raise ValueError(refused.message) from refused
        return {"notice": ""}

    return do


def _edit_paragraph(person: Person, body: Body) -> None:
    old, new = body.text("old"), body.text("new")
    person.rewrite(body.text("file"), body.number("start"), old, new, body.text("revision"))


def _settle(person: Person, body: Body) -> None:
    settle = person.accept if body.truth("accept") else person.reject
    settle(body.text("file"), body.text("suggestion"))


def _name(body: Body) -> str:
    name = body.text("name").strip()
    if not name:
        raise ValueError("a file needs a name")
    return name


def _edit_cell(person: Person, body: Body) -> None:
    person.set_cell(*_row(body), body.number("column"), body.text("value"))


def _sort(person: Person, body: Body) -> None:
    place = body.text("file"), body.text("sheet"), body.number("column")
    person.sort(*place, descending=body.truth("descending"))


def _row(body: Body) -> tuple[str, str, int]:
    return body.text("file"), body.text("sheet"), body.number("row")
