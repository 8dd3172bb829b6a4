"""Google Workspace on a laptop: Drive, Docs, Sheets, Meet and Calendar for the real Google clients."""

from .api import FakeGoogle
from .grid import Cell
from .operations import Links
from .seed import Workspace
from .state import DriveFile, Space
from .views import DocumentView, ParagraphView, Run

__all__ = [
    "Cell",
    "DocumentView",
    "DriveFile",
    "FakeGoogle",
    "Links",
    "ParagraphView",
    "Run",
    "Space",
    "Workspace",
]
