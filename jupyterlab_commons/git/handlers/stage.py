"""Into the index, and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.chosen_cells import Choice

from .writing import WritingHandler

if TYPE_CHECKING:
    from jupyterlab_commons.git.runner import Repo

    from .bodies import Body


class StageHandler(WritingHandler):
    """`POST stage`: takes a `gitStage`."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Whole files, cells of one notebook, or a notebook without its outputs."""
        paths, choice = read_choice(body)
        bare = body.flag("withoutOutputs")
        if choice is None and not bare:
            await self.git.stages.stage(repo, paths)
        else:
            await self.git.stages.stage_notebook(
                repo, one_notebook(paths), choice, bare=bare
            )
        return {}


class UnstageHandler(WritingHandler):
    """`POST unstage`: takes a `gitStage`."""

    async def write_into(self, repo: Repo, body: Body) -> dict[str, Any]:
        """Whole files, or cells of one notebook."""
        paths, choice = read_choice(body)
        if choice is None:
            await self.git.stages.unstage(repo, paths)
        else:
            path = one_notebook(paths)
            await self.git.stages.unstage_notebook(repo, path, choice)
        return {}


def read_choice(body: Body) -> tuple[list[bytes], Choice | None]:
    """The files, and the cells if single ones are named."""
    paths = body.paths("paths")
    if not body.has("cells") and not body.has("removed"):
        return paths, None
    return paths, Choice(body.places("cells"), body.places("removed"))


def one_notebook(paths: list[bytes]) -> bytes:
    if len(paths) != 1 or not paths[0].lower().endswith(b".ipynb"):
        raise CommonsError("BAD_REQUEST", "paths: exactly one notebook")
    return paths[0]
