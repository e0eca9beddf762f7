"""What a person says about the programs that a repository names."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.programs import MAX_PROGRAMS, Program

from .base import GitHandler

_MAX_PATH_CHARS = 4096
_MAX_KEY_CHARS = 1024
_MAX_VALUE_CHARS = 4096
_SCOPES = ("local", "worktree", "hook")


class TrustHandler(GitHandler):
    """`POST trust`: shaped as `gitTrust`; answers as `GET repository` does."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Trust exactly the list that was shown, or nothing any more."""
        try:
            repo_path, trusted, seen = read_request(self.get_json_body())
            repositories = self.git.repositories
            repo, programs = await repositories.with_programs(repo_path)
            if trusted:
                repositories.trust.trust(repo.git_dir, programs, seen)
            else:
                repositories.trust.forget(repo.git_dir)
            self.answer((await repositories.info(repo_path)).told)
        except CommonsError as refusal:
            self.refuse(refusal)


def read_request(body: object) -> tuple[str, bool, tuple[Program, ...]]:
    """Decode a `gitTrust`; what is none is a BAD_REQUEST."""
    if not isinstance(body, dict):
        raise CommonsError("BAD_REQUEST", "the body must be a JSON object")
    repo, trusted, seen = body.get("repo"), body.get("trusted"), body.get("programs")
    if not isinstance(repo, str) or len(repo) > _MAX_PATH_CHARS:
        raise CommonsError("BAD_REQUEST", "repo")
    if not isinstance(trusted, bool):
        raise CommonsError("BAD_REQUEST", "trusted")
    if not isinstance(seen, list) or len(seen) > MAX_PROGRAMS:
        raise CommonsError("BAD_REQUEST", "programs")
    return repo, trusted, tuple(_read_program(each) for each in seen)


def _read_program(body: Any) -> Program:
    if not isinstance(body, dict):
        raise CommonsError("BAD_REQUEST", "programs")
    key, value, scope = body.get("key"), body.get("value"), body.get("scope")
    if (
        not isinstance(key, str)
        or not isinstance(value, str)
        or scope not in _SCOPES
        or len(key) > _MAX_KEY_CHARS
        or len(value) > _MAX_VALUE_CHARS
    ):
        raise CommonsError("BAD_REQUEST", "programs")
    return Program(key, value, scope)
