"""The search language of Drive's `files.list`.

Source: https://developers.google.com/workspace/drive/api/guides/search-files and .../guides/ref-search-terms.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from .errors import ApiError, invalid, unimplemented
from .state import MY_DRIVE, DriveFile

Predicate = Callable[[DriveFile], bool]

_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|[A-Za-z]\w*|!=|<=|>=|[=<>(){}])")
_TEXTS: dict[str, Callable[[DriveFile], str]] = {
    "name": lambda file: file.name,
    "mimeType": lambda file: file.mime_type,
}
_TIMES: dict[str, Callable[[DriveFile], float]] = {
    "createdTime": lambda file: file.created,
    "modifiedTime": lambda file: file.modified,
}
_MAPS: dict[str, Callable[[DriveFile], dict[str, str]]] = {
    "appProperties": lambda file: file.app_properties,
    "properties": lambda file: file.properties,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def parse(query: str, in_trash: Predicate) -> Predicate:
    """Reads a query.

    Args:
        query: in Drive's search language.
        in_trash: whether a file, or a folder that it is in, is in the trash.

    Returns:
        What tells whether a file is found.

    Raises:
        ApiError: 400, if it is not a query; 501 for a term of Drive's that is not known here.
    """
    tokens: list[str] = []
    position = 0
    while position < len(query.rstrip()):
        token = _TOKEN.match(query, position)
        if token is None:
            raise _unreadable(query)
        tokens.append(token[1])
        position = token.end()
    return _Parser(query, tokens, in_trash).parse()


class _Parser:
    """Recursive descent: `or` binds least, then `and`, then `not`."""

    def __init__(self, query: str, tokens: list[str], in_trash: Predicate) -> None:
        self._query = query
        self._tokens = tokens
        self._in_trash = in_trash

    def parse(self) -> Predicate:
        found = self._either()
        if self._tokens:
            raise _unreadable(self._query)
        return found

    def _either(self) -> Predicate:
        terms = [self._all()]
        while self._accept("or"):
            terms.append(self._all())
        return lambda file: any(term(file) for term in terms)

    def _all(self) -> Predicate:
        terms = [self._negated()]
        while self._accept("and"):
            terms.append(self._negated())
        return lambda file: all(term(file) for term in terms)

    def _negated(self) -> Predicate:
        if self._accept("not"):
            term = self._negated()
            return lambda file: not term(file)
        if self._accept("("):
            inside = self._either()
            self._expect(")")
            return inside
        return self._term()

    def _term(self) -> Predicate:
        if self._tokens[:1] and self._tokens[0].startswith("'"):
            return self._parent()
        field, operator = self._next(), self._next()
        if field in _TEXTS:
            return self._text(field, operator)
        if field in _TIMES and operator in _COMPARE:
            return self._time(field, operator)
        if field in _MAPS and operator == "has":
            return self._has(field)
        if field == "trashed" and operator in ("=", "!="):
            wanted = {"true": True, "false": False}.get(self._next())
            if wanted is None:
                raise _unreadable(self._query)
            return lambda file: (self._in_trash(file) is wanted) is (operator == "=")
        raise unimplemented(f"'{field} {operator}' in a search; or it is not one of Drive's")

    def _parent(self) -> Predicate:
        parent = self._string()
        self._expect("in")
        if self._next() != "parents":
            raise unimplemented("'in' for anything but parents")
        parent = MY_DRIVE if parent == "root" else parent
        return lambda file: file.parent == parent

    def _text(self, field: str, operator: str) -> Predicate:
        of, wanted = _TEXTS[field], self._string()
        match operator:
            case "=":
                return lambda file: of(file) == wanted
            case "!=":
                return lambda file: of(file) != wanted
            case "contains":
                # Drive matches from the beginning of a word only.
                words = re.compile(r"(?<!\w)" + re.escape(wanted), re.IGNORECASE)
                return lambda file: words.search(of(file)) is not None
        raise _unreadable(self._query)

    def _time(self, field: str, operator: str) -> Predicate:
        of, compare = _TIMES[field], _COMPARE[operator]
        try:
            moment = datetime.fromisoformat(self._string()).timestamp()
        except ValueError as wrong:
            raise _unreadable(self._query) from wrong
        return lambda file: compare(of(file), moment)

    def _has(self, field: str) -> Predicate:
        of = _MAPS[field]
        for literal in ("{", "key", "="):
            self._expect(literal)
        key = self._string()
        for literal in ("and", "value", "="):
            self._expect(literal)
        value = self._string()
        self._expect("}")
        return lambda file: of(file).get(key) == value

    def _string(self) -> str:
        token = self._next()
        if not token.startswith("'"):
            raise _unreadable(self._query)
        return re.sub(r"\\(.)", r"\1", token[1:-1])

    def _next(self) -> str:
        if not self._tokens:
            raise _unreadable(self._query)
        return self._tokens.pop(0)

    def _accept(self, literal: str) -> bool:
        if self._tokens[:1] == [literal]:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, literal: str) -> None:
        if not self._accept(literal):
            raise _unreadable(self._query)


def _unreadable(query: str) -> ApiError:
    return invalid(f"Invalid Value at 'q': {query}", "invalid")
