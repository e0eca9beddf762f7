"""Everything that the handlers share, made once for a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_data_dir

from .blame import Blames
from .branches import Branches
from .cell_history import CellHistory
from .checkpoints import Checkpoints
from .commits import Commits
from .details import Details
from .diff import Diffs
from .graph import Graphs
from .history import History
from .hub_people import HubPeople
from .objects import Objects
from .refs import RefsReader
from .remotes import Remotes
from .repository import Repositories
from .restores import Restores
from .runner import GitRunner
from .stage import Stages
from .status import Statuses
from .trust import TrustStore
from .turns import Turns
from .versions import Versions
from .watch import Watches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .runner import Repo

_KEY = "commons_git"


class GitService:
    """Git for the files below one server's root."""

    def __init__(
        self, root: Path, data: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        environ = os.environ if environ is None else environ
        self.runner = GitRunner(environ=environ)
        self.repositories = Repositories(
            root, self.runner, TrustStore(data / "commons"), environ
        )
        self.people = HubPeople(environ)
        self.refs = RefsReader(self.runner)
        self.history = History(self.runner)
        self.details = Details(self.runner)
        self.objects = Objects(self.runner)
        self.versions = Versions(self.runner, self.objects)
        self.diffs = Diffs(self.versions, self.refs)
        self.blames = Blames(self.runner, self.versions, self.refs)
        self.cell_history = CellHistory(self.runner, self.versions, self.refs)
        self._serve_writers()
        self.watches = Watches()
        self.graphs = Graphs(self.runner)

    def _serve_writers(self) -> None:
        runner, turns = self.runner, Turns()
        self.status = Statuses(runner)
        self.stages = Stages(runner, self.versions, turns)
        self.commits = Commits(runner, turns)
        self.checkpoints = Checkpoints(runner, self.versions, turns)
        self.restores = Restores(runner, self.checkpoints, turns)
        self.branches = Branches(runner, self.refs, turns)
        self.remotes = Remotes(runner, turns)

    def changed(self, repo: Repo) -> None:
        """To be called after each write: pages hear of it at once."""
        self.watches.changed(repo)
        self.graphs.again(repo)

    async def close(self) -> None:
        """The server ends: nothing of git stays."""
        self.watches.close()
        await self.graphs.close()
        await self.objects.close()


def git_of(settings: dict[str, Any], root_dir: str) -> GitService:
    """The one of this server; made with the first question, not at the start."""
    service = settings.get(_KEY)
    if not isinstance(service, GitService):
        service = settings[_KEY] = GitService(Path(root_dir), Path(jupyter_data_dir()))
    return service


async def close_git(settings: dict[str, Any]) -> None:
    """The end of a server that may never have been asked about git."""
    service = settings.get(_KEY)
    if isinstance(service, GitService):
        await service.close()
