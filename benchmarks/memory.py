"""Resident memory of a server that has predicted, against a bare process that has imported TensorFlow."""

import os
import subprocess
import sys
import tempfile

BARE = "import tensorflow; import keras"
SERVER = """
from vggweb.config import Settings
from vggweb.startup import build_services
from vggweb.services.samples import find_sample
from vggweb.web import create_app
settings = Settings.from_environ()
settings.make_data_folder()
services = build_services(settings)
app = create_app(settings, services=services)
services.model_host.load()
for _ in range(5):
    answer = app.test_client().post("/results.json", data={"sample": "cat"})
    assert answer.status_code == 201, answer.text
"""
REPORT = """
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")][0])
"""


def run() -> dict[str, float]:
    """Mebibytes of both, and their ratio."""
    bare, server = _resident_mib(BARE), _resident_mib(SERVER)
    return {
        "bare_process_with_tensorflow_mib": round(bare),
        "server_after_five_photos_mib": round(server),
        "ratio": round(server / bare, 2),
    }


def _resident_mib(program: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {"VGGWEB_DATA": folder, "VGGWEB_WEIGHTS": "compact", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(
            [sys.executable, "-c", program + REPORT], env=environ, capture_output=True, text=True, check=True
        )
    return int(done.stdout.split()[-1]) / 1024
