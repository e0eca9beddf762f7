"""What only a fetch, a pull or a push would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import Lane, Limits

from .repos import TestRepo
from .traps import Trap, defence, falls

SOON = Limits(seconds=30)


@pytest.fixture
def clone(work: TestRepo, root: Path) -> TestRepo:
    """A repository that was cloned from the folder beside it."""
    work.commit(files={"f": "one\n"})
    work.git("clone", "-q", "--shared", str(work.top), "../clone")
    clone = TestRepo.__new__(TestRepo)
    clone.top = root / "clone"
    clone._clock = work._clock
    return clone


async def trusting(repositories: Repositories, path: str) -> None:
    info = await repositories.info(path)
    assert info.repo is not None
    repositories.trust.trust(info.repo.git_dir, info.programs, info.programs.shown)


@defence("untrusted network")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.sshCommand", "{evil}"),
        ("remote.origin.uploadpack", "{evil}"),
        ("remote.origin.vcs", "evil"),
        ("credential.helper", "!{evil}"),
        ("url./evil/.insteadOf", "https://example.org/"),
        ("remote.origin.url", "ext::{evil}"),
        ("remote.origin.url", "../work"),
        ("branch.main.remote", "./evil"),
    ],
)
async def test_the_network_waits_for_trust(
    repositories: Repositories, clone: TestRepo, trap: Trap, key: str, value: str
) -> None:
    evil = trap.script(clone.top.parent / "evil")
    clone.git("config", "remote.origin.url", "https://example.org/x.git")
    assert (await repositories.info("clone")).told["programs"] == []
    clone.git("config", key, value.format(evil=evil))
    repo = await repositories.open("clone")
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(
            repo, ["fetch", "origin"], lane=Lane.NETWORK, limits=SOON
        )
    assert refused.value.code == "GIT_UNTRUSTED"
    assert key.lower() in refused.value.detail.lower()
    assert not trap.ran


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.git",
        "git@example.org:team/x.git",
        "ssh://git@example.org:22/x",
        "example.org:x.git",
        "git://example.org/x",
    ],
)
async def test_a_remote_that_is_far_away_is_no_program(
    repositories: Repositories, clone: TestRepo, url: str
) -> None:
    clone.git("config", "remote.origin.url", url)
    assert (await repositories.info("clone")).told["trusted"] is True


@defence("GIT_ALLOW_PROTOCOL of the network")
async def test_an_address_is_no_command_even_when_trusted(
    repositories: Repositories, clone: TestRepo, trap: Trap
) -> None:
    evil = trap.script(clone.top.parent / "evil")
    clone.git("config", "remote.origin.url", f"ext::{evil}")
    clone.git("config", "protocol.ext.allow", "always")
    assert falls(clone, trap, "fetch")
    await trusting(repositories, "clone")
    repo = await repositories.open("clone")
    done = await repositories.runner.run(
        repo, ["fetch", "origin"], lane=Lane.NETWORK, limits=SOON
    )
    assert "not allowed" in done.err
    assert not trap.ran


@defence("core.alternateRefsCommand")
async def test_borrowed_objects_are_named_by_no_program(
    repositories: Repositories, clone: TestRepo, work: TestRepo, trap: Trap
) -> None:
    evil = trap.script(clone.top.parent / "evil")
    clone.git("config", "core.alternateRefsCommand", str(evil))
    work.commit(files={"f": "two\n"})
    assert falls(clone, trap, "fetch")
    work.commit(files={"f": "three\n"})
    await trusting(repositories, "clone")
    repo = await repositories.open("clone")
    done = await repositories.runner.run(
        repo, ["fetch", "origin"], lane=Lane.NETWORK, limits=SOON
    )
    assert (done.code, trap.ran) == (0, False)
    assert clone.git("rev-parse", "origin/main").decode().strip() == work.head()


@pytest.fixture
async def inside(clone: TestRepo, root: Path) -> TestRepo:
    """A submodule of the clone, of which nobody has looked at the settings."""
    part = TestRepo(root / "part")
    part.commit(files={"g": "1"})
    clone.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part")
    clone.git("config", "submodule.part.fetchRecurseSubmodules", "true")
    clone.git("config", "push.recurseSubmodules", "on-demand")
    inside = TestRepo.__new__(TestRepo)
    inside.top, inside._clock = clone.top / "part", part._clock
    return inside


@defence("submodule.recurse")
@pytest.mark.parametrize("verb", ["fetch", "pull"])
async def test_a_fetch_does_not_go_on_into_submodules(
    repositories: Repositories, clone: TestRepo, inside: TestRepo, trap: Trap, verb: str
) -> None:
    evil = trap.script(clone.top.parent / "evil")
    inside.git("config", "remote.origin.uploadpack", str(evil))
    assert falls(clone, trap, verb, GIT_ALLOW_PROTOCOL="file")
    await trusting(repositories, "clone")
    repo = await repositories.open("clone")
    done = await repositories.runner.run(
        repo, [verb, "origin"], lane=Lane.NETWORK, limits=SOON
    )
    assert (done.code, trap.ran) == (0, False)


@defence("submodule.recurse")
async def test_a_push_does_not_go_on_into_submodules(
    repositories: Repositories, clone: TestRepo, inside: TestRepo, trap: Trap
) -> None:
    inside.commit(files={"g": "2"})
    clone.commit("with a newer part")
    trap.script(inside.top.parent / ".git" / "modules" / "part" / "hooks" / "pre-push")
    push = ["push", "origin", "HEAD:refs/heads/new"]
    assert falls(clone, trap, *push, GIT_ALLOW_PROTOCOL="file")
    await trusting(repositories, "clone")
    repo = await repositories.open("clone")
    done = await repositories.runner.run(
        repo, push, lane=Lane.NETWORK, limits=SOON, hooks=True
    )
    assert (done.code, trap.ran) == (0, False)


@defence("environment GIT_ASKPASS")
async def test_no_program_of_the_repository_is_asked_for_a_password(
    repositories: Repositories, clone: TestRepo, trap: Trap
) -> None:
    clone.git("config", "core.askPass", str(trap.script(clone.top.parent / "evil")))
    question = b"protocol=https\nhost=example.org\n\n"
    clone.git("credential", "fill", stdin=question)
    assert trap.ran
    repo = await repositories.open("clone")
    await repositories.runner.run(repo, ["credential", "fill"], stdin=question)
    assert not trap.ran
