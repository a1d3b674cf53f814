"""The units are ones that systemd understands, start what is there, and give away little."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
MOST_EXPOSURE = 2.0  # of 10: systemd's own figure, from 0 (nothing) to 10 (everything)


def here(folder: Path) -> list[str]:
    """The units, with the repository in place of /opt/vggweb; a template as its first instance."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/vggweb", str(ROOT))
        (folder / unit.name.replace("@", "@1")).write_text(text, encoding="utf-8")
    return sorted(str(file) for file in folder.iterdir())


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *here(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_exposed_to_little(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure
    assert float(exposure[1]) < MOST_EXPOSURE


def test_the_services_start_what_make_starts() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in ("vggweb.service", "vggweb-worker@.service"):
        text = (ROOT / "deploy" / "systemd" / name).read_text(encoding="utf-8")
        started = re.search(r"^ExecStart=/opt/vggweb/\.venv/bin/([^-\n]+(?:-A \S+ worker)?)", text, re.MULTILINE)
        assert started
        assert f"$(BIN)/{started[1].strip()}" in makefile
