"""The tracking spreadsheet: the edits that make an empty one ours.

Formulas have semicolons between their arguments: Sheets takes those in every locale, commas only in some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from incident.commands import severity
from incident.commands.update import ENDS, STATUSES
from incident.messages.joining import joined
from incident.messages.words import Words
from incident.surfaces.columns import Column, header

Json = dict[str, Any]

MONTHS = 12
_CHARTS_ID = 12
"""The number of the charts' tab; any that the first tab does not have."""

_WIDTHS: Mapping[Column, int] = MappingProxyType(
    {
        Column.ID: 160,
        Column.DATE: 95,
        Column.TITLE: 320,
        Column.CHANNEL: 320,
        Column.STATUS: 130,
        Column.SEVERITY: 130,
        Column.COMMANDER: 170,
        Column.OPERATIONS_LEAD: 170,
        Column.DECLARED_AT: 140,
        Column.RESOLVED_AT: 140,
    }
)
"""Pixels."""

_FORMATS: Mapping[Column, Json] = MappingProxyType(
    {
        Column.DATE: {"type": "DATE", "pattern": "yyyy-mm-dd"},
        Column.DECLARED_AT: {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
        Column.RESOLVED_AT: {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    }
)
_PLACES = {column: number for number, column in enumerate(Column)}
_SHADE = {"rgbColor": {"red": 0.93, "green": 0.94, "blue": 0.96}}


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands on the tab with the charts."""

    tab: str
    month: str
    hours: str
    by_severity: str
    incidents: str
    to_resolve: str


LABELS: Mapping[str, Labels] = MappingProxyType(
    {
        "en": Labels(
            tab="Charts",
            month="month",
            hours="hours to resolve",
            by_severity="Incidents a month by severity",
            incidents="incidents",
            to_resolve="Time to resolve: median of the incidents declared in the month",
        ),
        "fr": Labels(
            tab="Graphiques",
            month="mois",
            hours="heures jusqu’à la résolution",
            by_severity="Incidents par mois selon la gravité",
            incidents="incidents",
            to_resolve="Durée jusqu’à la résolution : médiane des incidents ouverts dans le mois",
        ),
    }
)


def labels_in(locales: Sequence[str]) -> Labels:
    """The labels in one language, or joined where there are several."""
    of_each = [LABELS[locale] for locale in locales]
    return Labels(**{one.name: joined([getattr(of, one.name) for of in of_each]) for one in fields(Labels)})


def edits(sheet_id: int, sheet: str, timezone: str, languages: Sequence[Words]) -> list[Json]:
    """The requests of one `spreadsheets.batchUpdate`: the whole spreadsheet or nothing of it.

    Args:
        sheet_id: number of the only tab of a new spreadsheet.
        sheet: what that tab is to be called.
        timezone: IANA name, in which the bot writes times.
        languages: the words that statuses and severities are written in, joined where there are several.

    https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
    """
    return [
        {"updateSpreadsheetProperties": {"properties": {"timeZone": timezone}, "fields": "timeZone"}},
        *_incidents(sheet_id, sheet, languages),
        *_charts(sheet, languages),
    ]


def statuses(languages: Sequence[Words]) -> list[str]:
    """What may stand in the column of statuses."""
    labels = ([*STATUSES[say.locale].values(), *ENDS[say.locale].values()] for say in languages)
    return _joined(*labels)


def uncounted(languages: Sequence[Words]) -> list[str]:
    """Those among them that do not count in the figures: what was nothing, and what was practice."""
    return _joined(*(list(ENDS[say.locale].values()) for say in languages))


def severities(languages: Sequence[Words]) -> list[str]:
    """What may stand in the column of severities."""
    return _joined(*([*severity.LABELS[say.locale].values(), say.severity_unknown] for say in languages))


def _joined(*columns: list[str]) -> list[str]:
    """Lists of the same labels in several languages as one."""
    return [joined(labels) for labels in zip(*columns, strict=True)]


def _incidents(sheet_id: int, sheet: str, languages: Sequence[Words]) -> list[Json]:
    titles = header(*(say.locale for say in languages))
    properties = {"sheetId": sheet_id, "title": sheet, "gridProperties": {"frozenRowCount": 1}}
    table = {"sheetId": sheet_id, "startColumnIndex": 0, "endColumnIndex": len(titles)}
    return [
        {
            "updateSheetProperties": {
                "properties": properties,
                "fields": "title,gridProperties.frozenRowCount",
            }
        },
        *[_width(sheet_id, _PLACES[column], pixels) for column, pixels in _WIDTHS.items()],
        *[_format(_below(sheet_id, column), style) for column, style in _FORMATS.items()],
        _header(sheet_id, titles),
        {"setBasicFilter": {"filter": {"range": {**table, "startRowIndex": 0}}}},
        _choice(_below(sheet_id, Column.STATUS), statuses(languages)),
        _choice(_below(sheet_id, Column.SEVERITY), severities(languages)),
    ]


def _charts(sheet: str, languages: Sequence[Words]) -> list[Json]:
    """Months from row 2 on; a column for each severity, then the hours."""
    labels = labels_in([say.locale for say in languages])
    titles = [labels.month, *severities(languages), labels.hours]
    last = len(titles) - 1
    months = {
        "sheetId": _CHARTS_ID,
        "startRowIndex": 1,
        "endRowIndex": MONTHS + 1,
        "startColumnIndex": 0,
        "endColumnIndex": 1,
    }
    hours = {**months, "startColumnIndex": last, "endColumnIndex": last + 1}
    properties = {"sheetId": _CHARTS_ID, "title": labels.tab, "gridProperties": {"frozenRowCount": 1}}
    ends = uncounted(languages)
    rows = [_month(sheet, number, len(titles) - 2, ends) for number in range(2, MONTHS + 2)]
    return [
        {"addSheet": {"properties": properties}},
        *[_width(_CHARTS_ID, place, 130) for place in range(len(titles))],
        _header(_CHARTS_ID, titles),
        {
            "updateCells": {
                "start": {"sheetId": _CHARTS_ID, "rowIndex": 1, "columnIndex": 0},
                "rows": [{"values": [_formula(text) for text in row]} for row in rows],
                "fields": "userEnteredValue",
            }
        },
        _format(months, {"type": "DATE", "pattern": "yyyy-mm"}),
        _format(hours, {"type": "NUMBER", "pattern": "0.0"}),
        _chart(
            labels.by_severity,
            labels.incidents,
            range(1, last),
            row=MONTHS + 2,
            stacked=True,
            month=labels.month,
        ),
        _chart(labels.to_resolve, labels.hours, range(last, last + 1), row=MONTHS + 22, month=labels.month),
    ]


def _month(sheet: str, row: int, counted: int, uncounted: Sequence[str]) -> list[str]:
    """The formulas of one month: its first day, incidents of each severity, median hours to resolve.

    What ended in one of the statuses `uncounted` is in no figure.
    """
    quoted = "'" + sheet.replace("'", "''") + "'"

    def cells(column: Column) -> str:
        letter = chr(ord("A") + _PLACES[column])
        return f"{quoted}!${letter}$2:${letter}"

    first = f"=EDATE(EOMONTH(TODAY();-1)+1;-{MONTHS - 1})" if row == 2 else f"=EDATE($A{row - 1};1)"  # noqa: PLR2004
    day, severity = cells(Column.DATE), cells(Column.SEVERITY)
    declared, resolved = cells(Column.DECLARED_AT), cells(Column.RESOLVED_AT)
    status = cells(Column.STATUS)
    counts_if = "".join(f';{status};"<>{end}"' for end in uncounted)
    only_if = "".join(f';{status}<>"{end}"' for end in uncounted)
    counts = [
        f'=COUNTIFS({day};">="&$A{row};{day};"<"&EDATE($A{row};1);'
        f"{severity};{chr(ord('B') + number)}$1{counts_if})"
        for number in range(counted)
    ]
    median = (
        f"=IFERROR(24*MEDIAN(FILTER({resolved}-{declared};ISNUMBER({resolved});"
        f"{day}>=$A{row};{day}<EDATE($A{row};1){only_if})))"
    )
    return [first, *counts, median]


def _chart(title: str, what: str, columns: range, *, row: int, month: str, stacked: bool = False) -> Json:
    def source(column: int) -> Json:
        cells = {
            "sheetId": _CHARTS_ID,
            "startRowIndex": 0,
            "endRowIndex": MONTHS + 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        return {"sourceRange": {"sources": [cells]}}

    basic = {
        "chartType": "COLUMN",
        "legendPosition": "BOTTOM_LEGEND",
        "headerCount": 1,
        "axis": [
            {"position": "BOTTOM_AXIS", "title": month},
            {"position": "LEFT_AXIS", "title": what},
        ],
        "domains": [{"domain": source(0)}],
        "series": [{"series": source(column), "targetAxis": "LEFT_AXIS"} for column in columns],
        **({"stackedType": "STACKED"} if stacked else {}),
    }
    anchor = {"sheetId": _CHARTS_ID, "rowIndex": row, "columnIndex": 0}
    position = {"overlayPosition": {"anchorCell": anchor, "widthPixels": 760, "heightPixels": 380}}
    return {"addChart": {"chart": {"spec": {"title": title, "basicChart": basic}, "position": position}}}


def _below(sheet_id: int, column: Column) -> Json:
    """A column without its header."""
    place = _PLACES[column]
    return {
        "sheetId": sheet_id,
        "startRowIndex": 1,
        "startColumnIndex": place,
        "endColumnIndex": place + 1,
    }


def _header(sheet_id: int, titles: tuple[str, ...] | list[str]) -> Json:
    look = {"textFormat": {"bold": True}, "backgroundColorStyle": _SHADE, "wrapStrategy": "WRAP"}
    cells = [{"userEnteredValue": {"stringValue": title}, "userEnteredFormat": look} for title in titles]
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": cells}],
            "fields": "userEnteredValue,userEnteredFormat",
        }
    }


def _width(sheet_id: int, place: int, pixels: int) -> Json:
    columns = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    return {
        "updateDimensionProperties": {
            "range": columns,
            "properties": {"pixelSize": pixels},
            "fields": "pixelSize",
        }
    }


def _format(cells: Json, number_format: Json) -> Json:
    cell = {"userEnteredFormat": {"numberFormat": number_format}}
    return {"repeatCell": {"range": cells, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}


def _choice(cells: Json, words: list[str]) -> Json:
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": word} for word in words]}
    return {
        "setDataValidation": {
            "range": cells,
            "rule": {"condition": condition, "strict": True, "showCustomUi": True},
        }
    }


def _formula(text: str) -> Json:
    return {"userEnteredValue": {"formulaValue": text}}
