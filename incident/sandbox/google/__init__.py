"""Google Workspace on a laptop: Drive, Docs, Sheets, Meet and Calendar for the real Google clients."""

from .api import FakeGoogle
from .grid import Cell
from .operations import Links
from .person import Person
from .seed import Workspace
from .state import DriveFile, Space
from .suggestions import Suggestion
from .views import DocumentView, ParagraphView, Run

__all__ = [
    "Cell",
    "DocumentView",
    "DriveFile",
    "FakeGoogle",
    "Links",
    "ParagraphView",
    "Person",
    "Run",
    "Space",
    "Suggestion",
    "Workspace",
]
