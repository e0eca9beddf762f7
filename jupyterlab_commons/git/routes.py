"""The routes of git in the user's own server."""

from __future__ import annotations

from .handlers.blame import BlameHandler, CellHistoryHandler
from .handlers.commit import CommitHandler
from .handlers.diff import BlobHandler, CellHandler, DiffHandler
from .handlers.history import HistoryHandler, RefsHandler, RepositoryHandler

PREFIX = "/commons/git"

ROUTES = {
    "repository": RepositoryHandler,
    "refs": RefsHandler,
    "history": HistoryHandler,
    "commit": CommitHandler,
    "diff": DiffHandler,
    "cell": CellHandler,
    "blob": BlobHandler,
    "blame": BlameHandler,
    "cell-history": CellHistoryHandler,
}


def handlers() -> list[tuple[str, type]]:
    """For the server extension; below its base URL."""
    return [(f"{PREFIX}/{name}", handler) for name, handler in ROUTES.items()]
