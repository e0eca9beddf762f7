"""`python -m jupyterlab_commons.hub check` finds what is wrong and says what to do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.hub import __main__ as command
from jupyterlab_commons.hub.check import CheckOptions, run_checks
from jupyterlab_commons.hub.check_hub import check_hub
from jupyterlab_commons.hub.check_machine import (
    check_data_dir,
    check_port,
    file_system_of,
)
from jupyterlab_commons.hub.configure import SCOPES
from jupyterlab_commons.hub.findings import Finding

IMPORT = "from jupyterlab_commons.hub import configure\nc = get_config()\n"


def problems(findings: list[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.problem]


class TestConfig:
    @pytest.fixture
    def check(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(
            "jupyterlab_commons.hub.check.check_node", lambda: Finding("node")
        )

        def check(text: str) -> list[str]:
            (tmp_path / "c.py").write_text(IMPORT + text)
            return problems(run_checks(CheckOptions(config=str(tmp_path / "c.py"))))

        return check

    @pytest.mark.parametrize(
        "text",
        [
            "configure(c, port=0)",
            "c.JupyterHub.services=[]; c.Spawner.environment={}; configure(c, port=0)",
            "c.KubeSpawner.environment={'a':'b'}\nconfigure(c, port=0)",
            "configure(c, port=0)\nc.JupyterHub.services.append({'name': 'x'})",
            "configure(c, port=0, quota=True, quota_file='c.py')",
        ],
    )
    def test_nothing_wrong(self, check: Any, text: str) -> None:
        assert check(text) == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", "does not call configure(c)"),
            ("c.JupyterHub.services = []", "does not call configure(c)"),
            (
                "configure(c, port=0)\nc.JupyterHub.services = []",
                "services is set after",
            ),
            (
                "configure(c, port=0)\nc.JupyterHub.load_roles = []",
                "load_roles is set after",
            ),
            (
                "configure(c, port=0)\nc.Spawner.environment = {}",
                "c.Spawner.environment is set after",
            ),
            (
                "configure(c, port=0)\nc.KubeSpawner.environment = {}",
                "c.KubeSpawner.environment is set after",
            ),
            (
                (
                    "configure(c, port=0)\nc.Spawner.oauth_client_allowed_scopes ="
                    " ['access:servers']"
                ),
                "could act as every visitor",
            ),
            (
                (
                    "c.JupyterHub.services = []\nconfigure(c, port=0)\n"
                    "c.JupyterHub.services[0]['admin'] = True"
                ),
                "is an admin of the hub",
            ),
            (
                (
                    "role = {'name': 'big', 'services': ['commons']}\n"
                    "c.JupyterHub.load_roles = [role]\nconfigure(c, port=0)"
                ),
                "The role big gives",
            ),
            (
                "configure(c, port=0, quota=True)\nc.Spawner.pre_spawn_hook = print",
                "c.Spawner.pre_spawn_hook is set after",
            ),
            (
                (
                    "configure(c, port=0, quota=True)\n"
                    "c.KubeSpawner.pre_spawn_hook = print"
                ),
                "c.KubeSpawner.pre_spawn_hook is set after",
            ),
            (
                "configure(c, port=0, quota=True, quota_file='missing.yaml')",
                "The policies cannot be read at",
            ),
            (
                "c.JupyterHub.internal_ssl = True\nconfigure(c)",
                "cannot be read: ConfigureError",
            ),
            ("syntax error", "cannot be read"),
            ("raise SystemExit(3)", "cannot be read"),
        ],
    )
    def test_one_thing_wrong(self, check: Any, text: str, found: str) -> None:
        (only,) = check(text)
        assert found in only

    def test_no_configuration_here(self, check: Any) -> None:
        lines = [finding.text for finding in run_checks(CheckOptions())]
        assert lines[0].startswith("No jupyterhub_config.py here")

    def test_the_exit_code_says_it_too(
        self, check: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        check("configure(c, port=0)")
        assert command.main(["check", "--config", str(tmp_path / "c.py")]) == 0
        check("")
        assert command.main(["check", "--config", str(tmp_path / "c.py")]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert all(line.startswith(("ok ", "PROBLEM ")) for line in lines)


class TestDataFolder:
    MOUNTS = (
        "/dev/sda1 / ext4 rw 0 0\n"
        "nas:/x /home nfs4 rw 0 0\n"
        "/dev/sdb1 /home/local\\040disk xfs rw 0 0\n"
        "broken\n"
    )

    @pytest.fixture
    def mounts(self, tmp_path: Path) -> Path:
        file = tmp_path / "mounts"
        file.write_text(self.MOUNTS)
        return file

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/srv/x", "ext4"),
            ("/home/x", "nfs4"),
            ("/home", "nfs4"),
            ("/homes/x", "ext4"),
            ("/home/local disk/x", "xfs"),
        ],
    )
    def test_the_nearest_mount_counts(self, mounts: Path, path: str, kind: str) -> None:
        assert file_system_of(path, mounts) == kind

    def test_a_network_disk_is_refused(self, mounts: Path) -> None:
        found = problems(check_data_dir("/home/nobody-here/data", mounts))
        assert any("network file system (nfs4)" in text for text in found)

    def test_a_folder_that_is_not_there_yet(self, tmp_path: Path) -> None:
        assert problems(check_data_dir(str(tmp_path / "a" / "b"))) == []
        assert not (tmp_path / "a").exists()

    def test_one_that_others_can_look_into(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        (found,) = problems(check_data_dir(str(tmp_path)))
        assert f"chmod 700 {tmp_path}" in found

    def test_one_that_cannot_be_written(self) -> None:
        assert any(
            "cannot be written" in t for t in problems(check_data_dir("/proc/x"))
        )


class PretendHub:
    """Answers each path as the test says."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {
            "/hub/api/": (200, {"version": "6.1.1"}),
            "/services/commons/healthz": (200, {"status": "ok"}),
        }
        self.date = formatdate(usegmt=True)
        self.tokens: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.tokens.append(self.headers["Authorization"])
                status, body = hub.answers.get(self.path, (404, {}))
                self.send_response_only(status)
                self.send_header("Date", hub.date)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class TestRunningHub:
    @pytest.fixture
    def hub(self) -> Iterator[PretendHub]:
        hub = PretendHub()
        yield hub
        hub.stop()

    def check(self, hub: PretendHub, token: str | None = None) -> list[str]:
        return problems(check_hub(hub.url, token, name="commons", scopes=None))

    def test_all_well(self, hub: PretendHub) -> None:
        assert self.check(hub) == []
        api = f"{hub.url}/hub/api"
        assert problems(check_hub(api, None, name="commons", scopes=None)) == []

    def test_no_hub(self) -> None:
        for url in ("http://127.0.0.1:1", "127.0.0.1"):
            assert len(problems(check_hub(url, None, name="c", scopes=None))) == 1

    def test_something_else_than_a_hub(self, hub: PretendHub) -> None:
        hub.answers["/hub/api/"] = (200, [])
        assert "no JupyterHub" in self.check(hub)[0]

    def test_a_clock_that_is_wrong(self, hub: PretendHub) -> None:
        hub.date = formatdate(0, usegmt=True)
        assert "clock" in self.check(hub)[0]

    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            ((503, {"error": {"code": "STOPPING"}}), "commons-launcher"),
            ((404, {}), "Restart the hub"),
            ((200, "<html>"), "Restart the hub"),
        ],
    )
    def test_the_way_through_the_proxy(
        self, hub: PretendHub, answer: tuple[int, Any], found: str
    ) -> None:
        hub.answers["/services/commons/healthz"] = answer
        assert found in self.check(hub)[0]

    @pytest.mark.parametrize(
        ("scopes", "found"),
        [
            ([*SCOPES], None),
            ([*SCOPES, "delete:servers"], None),
            ([*SCOPES[:2], "read:users:name"], "lacks read:users:groups"),
            (
                [*SCOPES, "access:servers"],
                "more than it needs: access:servers",
            ),
        ],
    )
    def test_the_services_own_token(
        self, hub: PretendHub, scopes: list[str], found: str | None
    ) -> None:
        model = {"kind": "service", "name": "commons", "scopes": scopes}
        hub.answers["/hub/api/user"] = (200, model)
        said = self.check(hub, "secret")
        assert (found in said[0]) if found else said == []
        assert hub.tokens[-1] == "token secret"

    @pytest.mark.parametrize(
        ("status", "model", "found"),
        [
            (200, {"roles": ["commons-companion-reads"]}, None),
            (200, {"roles": ["commons-companion-reads", "admin"]}, "admin"),
            (200, {"roles": []}, "no role"),
            (403, {}, "token of an admin"),
        ],
    )
    def test_the_token_of_an_admin(
        self, hub: PretendHub, status: int, model: dict[str, Any], found: str | None
    ) -> None:
        hub.answers["/hub/api/user"] = (200, {"kind": "user", "name": "admin"})
        hub.answers["/hub/api/services/commons"] = (status, model)
        said = self.check(hub, "secret")
        assert (found in said[0]) if found else said == []

    def test_a_token_that_is_none(self, hub: PretendHub) -> None:
        hub.answers["/hub/api/user"] = (403, {})
        assert "does not know this token" in self.check(hub, "secret")[0]

    def test_a_port_that_the_companion_holds(self, hub: PretendHub) -> None:
        assert not check_port(hub.url, "/services/commons/").problem

    def test_a_port_that_somebody_else_holds(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{other.getsockname()[1]}"
            finding = check_port(url, "/")
        assert finding.problem
        assert "configure(c, port=...)" in finding.text
        assert not check_port(url, "/").problem
