"""requirements-web.txt is enough for a web node: nothing else that is installed here can be imported, and it serves."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.requirements_files import every_pin
from tests.servers import ROOT

OUR_OWN = {"pip"}  # belongs to the environment, not to what a node asks for
NODE = """
import json, sys
from dataclasses import replace
from pathlib import Path

folder, blocked = Path(sys.argv[1]), json.loads(sys.argv[2])
sys.modules.update(dict.fromkeys(blocked))  # None: such a module is not there
from vggweb.config import Settings
from vggweb.startup import build_services
from vggweb.web import create_app

settings = replace(Settings.from_environ({}), data=folder, weights="compact")
services = build_services(settings)
services.model_host.load()
client = create_app(settings, services=services).test_client()
made = client.post("/results.json", data={"sample": "cat"})
result = made.get_json()
addresses = ["/", "/layers/block1_conv1", "/metrics", "/model.json", f"/r/{result['id']}"]
addresses += [f"/r/{result['id']}/{page}" for page in ("layers/block3_conv2", "whatif", "why/grad_cam/285")]
statuses = {address.replace(result["id"], "<id>"): client.get(address).status_code for address in addresses}
print(json.dumps({"made": made.status_code, "first": result["predictions"][0]["label"], "statuses": statuses}))
"""


def other_modules() -> list[str]:
    """The modules at the top of every installed package that requirements-web.txt does not name."""
    allowed = {pin.name for pin in every_pin("requirements-web.txt")} | OUR_OWN
    modules = metadata.packages_distributions()
    return sorted(
        module
        for module, owners in modules.items()
        if not {name.lower().replace("_", "-") for name in owners} & allowed
    )


def test_a_web_node_predicts_and_shows_with_its_own_requirements_alone(tmp_path: Path) -> None:
    blocked = other_modules()
    assert {"tensorflow", "keras", "pytest"} <= set(blocked)
    done = subprocess.run(
        [sys.executable, "-c", NODE, str(tmp_path), json.dumps(blocked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert (answer["made"], answer["first"]) == (201, "Egyptian_cat")
    assert set(answer["statuses"].values()) == {200}, answer["statuses"]


@pytest.mark.parametrize("name", ["tensorflow", "keras"])
def test_the_check_would_see_tensorflow(name: str) -> None:
    code = NODE.replace("from vggweb.config", f"import {name}\nfrom vggweb.config", 1)
    done = subprocess.run(
        [sys.executable, "-c", code, "unused", json.dumps(other_modules())], cwd=ROOT, capture_output=True, check=False
    )
    assert b"ModuleNotFoundError" in done.stderr
