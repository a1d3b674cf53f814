"""From the settings to a process that works, and nothing of the web where no page is served."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vggweb.config import Settings
from vggweb.errors import SettingError
from vggweb.services.model_host import ModelHost
from vggweb.startup import Starter, build_services
from vggweb.web import create_app, start_serving

ROOT = Path(__file__).resolve().parents[1]
MASTER = "import runpy; runpy.run_path('gunicorn.conf.py'); import vggweb.server.worker"
WORKER = "import vggweb.worker"


@pytest.mark.parametrize("program", [MASTER, WORKER])
def test_gunicorns_master_and_the_worker_import_nothing_of_the_web(program: str) -> None:
    check = "import sys; sys.exit(' '.join(name for name in sys.modules if name.startswith('vggweb.web')) or None)"
    environ = os.environ | {"VGGWEB_BROKER_URL": "redis://localhost/0"}
    subprocess.run([sys.executable, "-c", f"{program}; {check}"], cwd=ROOT, env=environ, check=True)


def test_an_app_that_only_lends_its_commands_builds_no_services(settings: Settings) -> None:
    broken = replace(settings, weights="/no/such/file.h5")
    app = create_app(broken)
    assert not (settings.data / "vggweb.sqlite3").exists()
    with pytest.raises(SystemExit):
        start_serving(app)


@pytest.mark.parametrize("name", ["with space", "a%20b", "what?x=1", "c#", "100%", "ü &=+"])
def test_the_data_folder_may_have_any_name(
    tmp_path: Path, settings: Settings, model_host: ModelHost, name: str
) -> None:
    data = tmp_path / name
    settings = replace(settings, data=data)
    settings.make_data_folder()
    services = build_services(settings, model_host=model_host)
    services.store.close()
    assert (data / "vggweb.sqlite3").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_no_workers_and_nobody_else_who_works_is_refused() -> None:
    with pytest.raises(SettingError, match="VGGWEB_JOB_WORKERS"):
        Settings.from_environ({"VGGWEB_JOB_WORKERS": "0"})
    assert Settings.from_environ({"VGGWEB_JOB_WORKERS": "0", "VGGWEB_BROKER_URL": "redis://host/0"}).job_workers == 0


def test_services_are_built_once_and_ready_made_ones_are_not_started(settings: Settings, model_host: ModelHost) -> None:
    settings.make_data_folder()
    made = build_services(settings, model_host=model_host)
    starter = Starter(settings, made)
    starter.serve()
    assert starter.services() is made
    lazy = Starter(settings)
    assert lazy.services() is lazy.services()
    for services in (made, lazy.services()):
        services.store.close()
