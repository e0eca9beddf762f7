"""F1, F2, F5: what happens to the owner's file."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from datetime import datetime, timezone
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.files import Files, Kept

from .chance import by_chance


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(refused: pytest.ExceptionInfo[CommonsError]) -> str:
    return refused.value.code


class TestReading:
    def test_text_comes_back_byte_for_byte(self, root: Path, files: Files) -> None:
        text = "\ufeffline\r\nlast line without end \U0001f9ea"
        (root / "a.txt").write_bytes(text.encode())
        content = files.read("a.txt")
        assert content.text == text
        assert content.hash == hash_of(text)

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a/",
            "a\0b",
            "x" * 5000,
        ],
    )
    def test_f5_a_path_that_is_no_path_below_the_root(
        self, files: Files, path: str
    ) -> None:
        with pytest.raises(CommonsError) as refused:
            files.read(path)
        assert code_of(refused) == "BAD_REQUEST"

    @pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "../home2/secret"])
    def test_f5_a_link_that_leaves_the_root(
        self, root: Path, files: Files, target: str
    ) -> None:
        for place in (root.parent / "secret", root.parent / "home2" / "secret"):
            place.parent.mkdir(exist_ok=True)
            place.write_text("of somebody else")
        (root / "link").symlink_to(target)
        with pytest.raises(CommonsError) as refused:
            files.read("link")
        assert code_of(refused) == "FILE_UNSHAREABLE"

    def test_f5_a_folder_that_is_a_link_out_of_the_root(
        self, root: Path, files: Files
    ) -> None:
        (root.parent / "other").mkdir()
        (root / "folder").symlink_to("../other")
        with pytest.raises(CommonsError) as refused:
            files.write("folder/new.txt", "x", None)
        assert code_of(refused) == "FILE_UNSHAREABLE"
        assert list((root.parent / "other").iterdir()) == []

    def test_a_link_within_the_root_is_followed(self, root: Path, files: Files) -> None:
        (root / "real.txt").write_text("here")
        (root / "link.txt").symlink_to("real.txt")
        files.write("link.txt", "there", hash_of("here"))
        assert (root / "link.txt").is_symlink()
        assert (root / "real.txt").read_text() == "there"

    def test_a_root_that_is_itself_a_link(self, root: Path) -> None:
        (root / "a.txt").write_text("x")
        (root.parent / "home-link").symlink_to(root)
        assert Files(str(root.parent / "home-link")).read("a.txt").text == "x"

    def test_a_pipe_is_refused_and_does_not_hang(
        self, root: Path, files: Files
    ) -> None:
        os.mkfifo(root / "pipe")
        with pytest.raises(CommonsError) as refused:
            files.read("pipe")
        assert code_of(refused) == "FILE_UNSHAREABLE"

    @pytest.mark.parametrize("name", ["folder", "null"])
    def test_what_is_no_regular_file(self, root: Path, files: Files, name: str) -> None:
        (root / "folder").mkdir()
        (root / "null").symlink_to("/dev/null")
        with pytest.raises(CommonsError) as refused:
            files.read(name)
        assert code_of(refused) == "FILE_UNSHAREABLE"

    def test_a_loop_of_links(self, root: Path, files: Files) -> None:
        (root / "a").symlink_to("b")
        (root / "b").symlink_to("a")
        with pytest.raises(CommonsError) as refused:
            files.read("a")
        assert code_of(refused) == "FILE_UNSHAREABLE"

    def test_what_is_not_utf8(self, root: Path, files: Files) -> None:
        (root / "a.txt").write_bytes(b"\xff\xfe")
        with pytest.raises(CommonsError) as refused:
            files.read("a.txt")
        assert code_of(refused) == "FILE_UNSHAREABLE"

    def test_more_than_may_be_shared(self, root: Path) -> None:
        (root / "a.txt").write_text("12345")
        assert Files(str(root), max_bytes=5).read("a.txt").text == "12345"
        with pytest.raises(CommonsError) as refused:
            Files(str(root), max_bytes=4).read("a.txt")
        assert code_of(refused) == "TOO_LARGE"

    def test_hidden_files_are_files(self, root: Path, files: Files) -> None:
        (root / ".hidden").mkdir()
        (root / ".hidden" / ".a.ipynb").write_text("{}")
        assert files.read(".hidden/.a.ipynb").text == "{}"

    def test_nothing_there(self, files: Files) -> None:
        with pytest.raises(CommonsError) as refused:
            files.read("absent.txt")
        assert code_of(refused) == "FILE_MISSING"


class TestWriting:
    def test_f2_the_version_it_replaces_is_named(
        self, root: Path, files: Files
    ) -> None:
        (root / "a.txt").write_text("one")
        assert files.write("a.txt", "two", hash_of("one")) == hash_of("two")
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "three", hash_of("one"))
        assert code_of(refused) == "FILE_CHANGED"
        assert (root / "a.txt").read_text() == "two"

    def test_f2_a_file_that_is_gone_is_not_made_again(
        self, root: Path, files: Files
    ) -> None:
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "two", hash_of("one"))
        assert code_of(refused) == "FILE_MISSING"
        assert list(root.iterdir()) == []

    def test_a_new_file_only_where_none_is(self, root: Path, files: Files) -> None:
        files.write("a.txt", "one", None)
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "two", None)
        assert code_of(refused) == "FILE_CHANGED"
        assert (root / "a.txt").read_text() == "one"

    def test_asking_again_after_a_lost_answer(self, root: Path, files: Files) -> None:
        (root / "a.txt").write_text("one")
        files.write("a.txt", "two", hash_of("one"))
        before = (root / "a.txt").stat()
        assert files.write("a.txt", "two", hash_of("one")) == hash_of("two")
        assert (root / "a.txt").stat() == before

    def test_f1_mode_is_kept(self, root: Path, files: Files) -> None:
        (root / "a.sh").write_text("one")
        (root / "a.sh").chmod(0o750)
        files.write("a.sh", "two", hash_of("one"))
        assert stat.S_IMODE((root / "a.sh").stat().st_mode) == 0o750

    @pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
    def test_f1_owner_is_kept(self, root: Path, files: Files) -> None:
        (root / "a.txt").write_text("one")
        os.chown(root / "a.txt", 12345, 54321)
        files.write("a.txt", "two", hash_of("one"))
        after = (root / "a.txt").stat()
        assert (after.st_uid, after.st_gid) == (12345, 54321)

    def test_f1_no_reader_ever_sees_half_a_file(
        self, root: Path, files: Files, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "a.txt").write_text("one")

        def full(_: int) -> None:
            raise OSError(28, "disk full")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "two" * 1000, hash_of("one"))
        assert code_of(refused) == "FILE_UNWRITABLE"
        assert "No space left" in refused.value.detail
        assert (root / "a.txt").read_text() == "one"
        assert [p.name for p in root.iterdir()] == ["a.txt"]

    def test_f1_a_read_only_file_is_left_alone(self, root: Path, files: Files) -> None:
        (root / "a.txt").write_text("one")
        (root / "a.txt").chmod(0o444)
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "two", hash_of("one"))
        assert code_of(refused) == "FILE_UNWRITABLE"
        assert (root / "a.txt").read_text() == "one"
        assert files.write("a.txt", "one", hash_of("one")) == hash_of("one")

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EDQUOT])
    def test_f1_a_folder_that_takes_nothing_is_told_as_such(
        self,
        root: Path,
        files: Files,
        monkeypatch: pytest.MonkeyPatch,
        number: int,
    ) -> None:
        (root / "a.txt").write_text("one")
        really_open = os.open

        def only_reading(path: str, flags: int, *rest: int) -> int:
            if flags & os.O_CREAT:
                raise OSError(number, os.strerror(number))
            return really_open(path, flags, *rest)

        monkeypatch.setattr(os, "open", only_reading)
        for attempt in (
            lambda: files.write("a.txt", "two", hash_of("one")),
            lambda: files.keep("a.txt"),
        ):
            with pytest.raises(CommonsError) as refused:
                attempt()
            assert code_of(refused) == "FILE_UNWRITABLE"
            assert refused.value.detail == os.strerror(number)

    def test_f2_a_change_between_compare_and_rename(
        self, root: Path, files: Files, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "a.txt").write_text("one")
        really = os.fsync

        def somebody_saves(descriptor: int) -> None:
            really(descriptor)
            (root / "a.txt").write_text("outside")

        monkeypatch.setattr(os, "fsync", somebody_saves)
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "two", hash_of("one"))
        assert code_of(refused) == "FILE_CHANGED"
        assert (root / "a.txt").read_text() == "outside"

    def test_half_a_surrogate_pair(self, files: Files) -> None:
        with pytest.raises(CommonsError) as refused:
            files.write("a.txt", "\ud800", None)
        assert code_of(refused) == "BAD_REQUEST"

    def test_any_order_of_writes_ends_with_one_truth(self, root: Path) -> None:
        chance = by_chance("order of writes")
        files = Files(str(root))
        truth: str | None = None
        for _ in range(200):
            text = chance.choice("abc") * chance.randrange(4)
            base = chance.choice(["", "a", "bb", "ccc", None])
            base_hash = None if base is None else hash_of(base)
            try:
                files.write("x.txt", text, base_hash)
            except CommonsError as refusal:
                assert refusal.code in ("FILE_CHANGED", "FILE_MISSING")
                assert base != truth
            else:
                assert truth in (base, text)
                truth = text
            assert (files.read("x.txt").text if truth is not None else None) == truth


class TestKeeping:
    def now(self) -> datetime:
        return datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)

    def test_the_copy_stands_beside_the_file(self, root: Path) -> None:
        files = Files(str(root), now=self.now)
        (root / "sub").mkdir()
        (root / "sub" / "a.ipynb").write_text("{}")
        (root / "sub" / "a.ipynb").chmod(0o600)
        kept = files.keep("sub/a.ipynb")
        assert kept == Kept("sub/a.outside-20260304-050607.ipynb", hash_of("{}"))
        assert (root / kept.path).read_text() == "{}"
        assert stat.S_IMODE((root / kept.path).stat().st_mode) == 0o600

    def test_no_copy_replaces_another(self, root: Path) -> None:
        files = Files(str(root), now=self.now)
        (root / "a.ipynb").write_text("one")
        first = files.keep("a.ipynb")
        (root / "a.ipynb").write_text("two")
        second = files.keep("a.ipynb")
        assert second.path == "a.outside-20260304-050607-2.ipynb"
        assert (root / first.path).read_text() == "one"
        assert (root / second.path).read_text() == "two"

    def test_a_name_as_long_as_names_can_be(self, root: Path, files: Files) -> None:
        name = "\N{LATIN SMALL LETTER A WITH DIAERESIS}" * 124 + ".ipynb"
        (root / name).write_text("x")
        assert files.read(files.keep(name).path).text == "x"

    def test_nothing_to_keep(self, files: Files) -> None:
        with pytest.raises(CommonsError) as refused:
            files.keep("absent.txt")
        assert code_of(refused) == "FILE_MISSING"
