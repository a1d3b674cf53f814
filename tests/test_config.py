"""Settings: every value that cannot be is refused by name, in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vggweb.config import Settings
from vggweb.errors import SettingError

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = ("VGGWEB_MAX_PIXELS", "VGGWEB_RESULT_DAYS", "VGGWEB_JOB_TIMEOUT_SECONDS", "VGGWEB_TRUSTED_PROXIES")


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-1", "many", "1,5", "0x10"])
def test_what_is_no_number_from_0_on_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} is '{text}', and must be a number, 0 or more"):
        Settings.from_environ({name: text})


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("VGGWEB_MAX_PIXELS", "1.5", "VGGWEB_MAX_PIXELS is '1.5', and must be a number"),
        ("VGGWEB_ENGINE", "fast", "VGGWEB_ENGINE is 'fast', and must be one of auto, ncnn, tensorflow."),
        ("VGGWEB_LOG_LEVEL", "LOUD", "VGGWEB_LOG_LEVEL is 'LOUD', and must be one of DEBUG"),
        ("VGGWEB_RATE_LIMIT", "often", "VGGWEB_RATE_LIMIT is 'often', and must read like 60/minute"),
        ("VGGWEB_BROKER_URL", "amqp://me:secret@host", "VGGWEB_BROKER_URL must begin with redis:// or rediss://."),
    ],
)
def test_each_setting_says_what_it_must_be(name: str, text: str, sentence: str) -> None:
    with pytest.raises(SettingError) as raised:
        Settings.from_environ({name: text})
    assert raised.value.message.startswith(sentence)
    assert "secret" not in str(raised.value)


def test_what_is_empty_or_blank_is_the_default() -> None:
    assert Settings.from_environ({"VGGWEB_MAX_PIXELS": " ", "VGGWEB_DATA": ""}) == Settings.from_environ({})


def test_a_home_folder_and_a_level_in_small_letters_are_understood() -> None:
    settings = Settings.from_environ({"VGGWEB_DATA": "~/photos", "VGGWEB_LOG_LEVEL": "debug"})
    assert (settings.data, settings.log_level) == (Path.home() / "photos", "DEBUG")


@pytest.mark.parametrize("text", ["nan", "-1", "many"])
def test_gunicorn_does_not_start_and_says_why_in_one_line(text: str) -> None:
    environ = os.environ | {"VGGWEB_MAX_PIXELS": text, "PORT": "0"}
    gunicorn = Path(sys.executable).with_name("gunicorn")
    done = subprocess.run(
        [gunicorn, "app:app"], cwd=ROOT, env=environ, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr == (
        f"vggweb cannot start. VGGWEB_MAX_PIXELS is '{text}', and must be a number, 0 or more. "
        "docs/settings.md lists the settings and their values.\n"
    )
