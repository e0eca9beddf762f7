"""A real hub on this machine, for `npm start` and for the browser tests.

Everybody shares one system user, so it shows what JupyterLab Commons does but
keeps nobody out of anything: never use it where people do not trust each other.

`scripts/hub.mjs` sets these:

    COMMONS_DEMO_DIR        where everything it writes lies
    COMMONS_DEMO_RUN        a mark that every process of this run carries
    COMMONS_DEMO_PORTS      of the address, the hub, the proxy's API, the companion
    COMMONS_DEMO_PASSWORD   the one password of all
    COMMONS_DEMO_PROXY      the command of the proxy, as a JSON list
    COMMONS_DEMO_API_TOKEN  if set, a token with an admin's rights, for tests
    COMMONS_DEMO_BUILD      if set, where the labextension lies, for tests
    COMMONS_COMPANION       if set, the companion's main file, for tests
    COMMONS_DEMO_SERVERS    if set, what single people's servers get, for tests: a JSON
                            object of {"environment": {}, "prefix": []} by name
    COMMONS_DEMO_QUOTA      if set, the file of policies, for tests
    COMMONS_POLL_SECONDS    if set, how often the hub is asked which servers run
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from jupyterhub import version_info

from jupyterlab_commons.hub import configure

c = get_config()  # noqa: F821  (given by traitlets)

HERE = Path(__file__).resolve().parent
directory = Path(os.environ["COMMONS_DEMO_DIR"])
mark = {"COMMONS_DEMO_RUN": os.environ["COMMONS_DEMO_RUN"]}
companion = {k: v for k, v in os.environ.items() if k == "COMMONS_COMPANION"}
port, hub_port, proxy_port, companion_port = (
    int(part) for part in os.environ["COMMONS_DEMO_PORTS"].split(",")
)

# Addresses: the loopback interface only.
c.JupyterHub.bind_url = f"http://127.0.0.1:{port}/"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = json.loads(os.environ["COMMONS_DEMO_PROXY"])
c.ConfigurableHTTPProxy.pid_file = str(directory / "proxy.pid")

# State: one folder.
c.JupyterHub.db_url = f"sqlite:///{directory / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(directory / "cookie-secret")

# People: one password for all, so that trying it takes no time.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["COMMONS_DEMO_PASSWORD"]
c.Authenticator.allowed_users = {"alice", "bob", "carol", "admin"}
c.Authenticator.admin_users = {"admin"}
c.JupyterHub.load_groups = {"team": {"users": ["alice", "bob"]}}

# Servers: processes of this very user, a home folder each.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(directory / "homes" / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []
c.Spawner.default_url = "/lab"
# Nothing here asks the internet for news.
c.Spawner.environment = {"JUPYTER_CONFIG_PATH": str(HERE / "config"), **mark}
if build := os.environ.get("COMMONS_DEMO_BUILD"):
    c.Spawner.environment["JUPYTER_PATH"] = build
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120

# Tests give single people a limit or GPUs: `prefix` is a command that starts theirs.
servers = json.loads(os.environ.get("COMMONS_DEMO_SERVERS", "{}"))


def prepare_server(spawner: Any) -> None:
    special = servers.get(spawner.user.name, {})
    spawner.environment = {**spawner.environment, **special.get("environment", {})}
    command = [sys.executable, "-m", "jupyterhub.singleuser"]
    spawner.cmd = [*special.get("prefix", []), *command]


if servers:
    c.Spawner.pre_spawn_hook = prepare_server

# People may also share a whole server, where the hub can; that must stay harmless.
shares = ["shares!user"] if version_info >= (5,) else []
c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", *shares]}]
c.JupyterHub.services = []
if api_token := os.environ.get("COMMONS_DEMO_API_TOKEN"):
    c.JupyterHub.services = [{"name": "tests", "api_token": api_token, "admin": True}]
    c.Spawner.args += [
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]

# The companion. `directory` lets people find each other by part of a name; `quota`
# counts what everybody uses, and here stops nobody.
configure(
    c,
    port=companion_port,
    data_dir=directory / "commons",
    directory=True,
    quota=True,
    quota_file=os.environ.get("COMMONS_DEMO_QUOTA", HERE / "quota.yaml"),
    environment={k: v for k, v in os.environ.items() if k == "COMMONS_POLL_SECONDS"},
)

for service in c.JupyterHub.services:
    service["environment"] = {**service.get("environment", {}), **mark, **companion}
