"""The routes of git in the user's own server."""

from __future__ import annotations

from .handlers.blame import BlameHandler, CellHistoryHandler
from .handlers.branch import BranchHandler, TagHandler
from .handlers.checkpoints import CheckpointsHandler
from .handlers.commit import CommitHandler
from .handlers.diff import BlobHandler, CellHandler, DiffHandler
from .handlers.history import HistoryHandler, RefsHandler, RepositoryHandler
from .handlers.people import PeopleHandler
from .handlers.remote import FetchHandler, PullHandler, PushHandler, RemotesHandler
from .handlers.restore import CheckpointHandler, RestoreHandler
from .handlers.stage import StageHandler, UnstageHandler
from .handlers.status import StatusHandler
from .handlers.trust import TrustHandler
from .handlers.watch import WatchHandler

PREFIX = "/commons/git"

ROUTES: dict[str, type] = {
    "repository": RepositoryHandler,
    "refs": RefsHandler,
    "history": HistoryHandler,
    "commit": CommitHandler,
    "diff": DiffHandler,
    "cell": CellHandler,
    "blob": BlobHandler,
    "blame": BlameHandler,
    "cell-history": CellHistoryHandler,
    "people": PeopleHandler,
    "status": StatusHandler,
    "stage": StageHandler,
    "unstage": UnstageHandler,
    "checkpoint": CheckpointHandler,
    "checkpoints": CheckpointsHandler,
    "restore": RestoreHandler,
    "branch": BranchHandler,
    "tag": TagHandler,
    "remotes": RemotesHandler,
    "fetch": FetchHandler,
    "pull": PullHandler,
    "push": PushHandler,
    "trust": TrustHandler,
    "watch": WatchHandler,
}


def handlers() -> list[tuple[str, type]]:
    """For the server extension; below its base URL."""
    return [(f"{PREFIX}/{name}", handler) for name, handler in ROUTES.items()]
