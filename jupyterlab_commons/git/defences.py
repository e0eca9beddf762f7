"""What git is told before each command, so that a repository cannot use it.

Three kinds of words: settings that win over those of the repository, options
that a verb needs whoever asks, and the environment. Each has a test that fails
without it; `scripts/git-defences.mjs` takes them away one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_HOOKS = "core.hooksPath"

# Always. The first ones end ways in which reading starts a program; the others
# are settings under which git would answer in a form that is not expected here.
FIXED = {
    "core.fsmonitor": "false",
    NO_HOOKS: "/dev/null",
    "safe.bareRepository": "explicit",
    "log.showSignature": "false",
    "core.alternateRefsCommand": "true",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "log.showRoot": "true",
    "log.follow": "false",
    "log.mailmap": "false",
    "diff.orderFile": "/dev/null",
    "status.showStash": "false",
    "status.renames": "true",
    "i18n.logOutputEncoding": "UTF-8",
    "i18n.commitEncoding": "UTF-8",
    "commit.cleanup": "whitespace",
    # Without these the last line of a checkpoint does not say which file it is of.
    "core.commentChar": "#",
    "trailer.separators": ":",
}

# As well, until the repository is trusted: who signs or checks is a program.
RESTRICTED = {
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "tag.forceSignAnnotated": "false",
    "merge.verifySignatures": "false",
}

GLOBAL_OPTIONS = ("--literal-pathspecs",)

# A submodule has a configuration of its own, which nobody has looked at.
_NOT_INSIDE = ("--ignore-submodules=dirty",)
_NO_TEXTCONV = "--no-textconv"
VERB_OPTIONS: dict[str, tuple[str, ...]] = {
    "blame": (_NO_TEXTCONV,),
    "diff": ("--no-ext-diff", _NO_TEXTCONV, *_NOT_INSIDE, "--no-color"),
    "diff-files": _NOT_INSIDE,
    "diff-index": _NOT_INSIDE,
    "log": (_NO_TEXTCONV, "--no-color"),
    "show": (_NO_TEXTCONV, "--no-color"),
    "status": _NOT_INSIDE,
}

# These read the object database and refs only: with the settings above nothing
# that a repository names can run. Before any other verb its programs are listed
# anew, because they may have changed since they were looked at.
DATABASE_VERBS = frozenset(
    {
        "cat-file",
        "commit-graph",
        "commit-tree",
        "config",
        "diff-tree",
        "for-each-ref",
        "log",
        "ls-tree",
        "merge-base",
        "mktree",
        "rev-list",
        "rev-parse",
        "show",
        "symbolic-ref",
    }
)

# These write files or the index through filters and merge drivers. Done without
# them, the result would be another one than the repository's people mean.
FILTERING_VERBS = frozenset(
    {
        "add",
        "apply",
        "checkout",
        "checkout-index",
        "cherry-pick",
        "merge",
        "pull",
        "rebase",
        "reset",
        "restore",
        "revert",
        "stash",
        "switch",
    }
)

# Of the variables that steer git only these are the user's own and harmless here.
_KEPT_VARIABLES = (
    "GIT_SSL_",
    "GIT_HTTP_",
    "GIT_SSH",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_EXEC_PATH",
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
)

# Nothing asks, nothing waits for a person, and git answers in the one language
# in which its refusals are recognised here.
ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "SSH_ASKPASS_REQUIRE": "force",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",
}

# Objects that a partial clone lacks are not fetched behind our back.
OFFLINE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
# No `ext::`, and no helper that a repository's address names.
ONLINE = {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}


def prefix(*, restricted: bool = True, hooks: bool = False) -> list[str]:
    """The words between `git` and the verb."""
    settings = {**FIXED, **(RESTRICTED if restricted else {})}
    if hooks:
        del settings[NO_HOOKS]
    words = list(GLOBAL_OPTIONS)
    for key, value in settings.items():
        words += ["-c", f"{key}={value}"]
    return words


def with_options(args: Sequence[str | bytes]) -> list[str | bytes]:
    """The command with what its verb always needs."""
    verb, *rest = args
    return [verb, *VERB_OPTIONS.get(str(verb), ()), *rest]


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment, without what would lead git elsewhere or make it ask.

    A relative folder in `PATH` would let a repository bring its own `git` or `ssh`.
    """
    kept = {
        key: value
        for key, value in environ.items()
        if not key.startswith("GIT_") or key.startswith(_KEPT_VARIABLES)
    }
    folders = kept.get("PATH", "").split(":")
    kept["PATH"] = ":".join(each for each in folders if each.startswith("/"))
    return kept | ENVIRONMENT


def as_environment(
    settings: Sequence[tuple[str, str]], environ: Mapping[str, str]
) -> dict[str, str]:
    """Settings after those that the environment has already.

    Not as `-c key=value`: a filter may be called `a=b`.
    """
    given = environ.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isascii() and given.isdigit() else 0
    added = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for place, (key, value) in enumerate(settings, first):
        added[f"GIT_CONFIG_KEY_{place}"] = key
        added[f"GIT_CONFIG_VALUE_{place}"] = value
    return added if settings else {}
