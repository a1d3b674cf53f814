"""The server as it is run: gunicorn, its start, its logs, two of them on one store."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.disks import small_disk
from tests.servers import ROOT, free_port, has_ipv6, running_server
from tests.slow_clients import KINDS, stalled_connections
from vggweb.server.own_addresses import local_network_address


def test_a_result_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        made = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60).json()
    with running_server(tmp_path) as server:
        again = requests.get(f"{server.url}/r/{made['id']}.json", timeout=60).json()
    assert again["predictions"] == made["predictions"]


def test_two_servers_on_one_store_lose_nothing_and_see_each_others_results(tmp_path: Path) -> None:
    with running_server(tmp_path) as first, running_server(tmp_path) as second:
        made: list[str] = []

        def make(url: str) -> None:
            for _ in range(4):
                answer = requests.post(f"{url}/results.json", data={"sample": "cat"}, timeout=120)
                assert answer.status_code == 201, answer.text
                made.append(answer.json()["id"])

        threads = [threading.Thread(target=make, args=(server.url,)) for server in (first, second, first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(made)) == 16
        for server in (first, second):
            for one in made:
                assert requests.get(f"{server.url}/r/{one}/input.png", timeout=60).status_code == 200


def test_while_it_loads_the_server_is_alive_and_not_ready(tmp_path: Path) -> None:
    port = free_port()
    environ = os.environ | {"PORT": str(port), "VGGWEB_DATA": str(tmp_path), "VGGWEB_WEIGHTS": "compact"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn", "app:app"], cwd=ROOT, env=environ, stderr=log)
    try:
        statuses = _first_statuses(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)
    assert statuses[0] == 503
    assert statuses[-1] == 200


def _first_statuses(url: str) -> list[int]:
    """What /readyz answers from the first answer on until it is 200; /healthz is 200 all the while."""
    statuses: list[int] = []
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and (not statuses or statuses[-1] != 200):
        try:
            answer = requests.get(f"{url}/readyz", timeout=10)
            statuses.append(answer.status_code)
            if answer.status_code == 503:
                assert answer.json()["error"]["code"] == "not_ready"
                assert int(answer.headers["Retry-After"]) >= 1
            assert requests.get(f"{url}/healthz", timeout=10).status_code == 200
        except requests.ConnectionError:
            time.sleep(0.02)
    return statuses


def test_weights_that_are_not_there_stop_the_start_with_a_sentence(tmp_path: Path) -> None:
    environ = os.environ | {"PORT": str(free_port()), "VGGWEB_DATA": str(tmp_path), "VGGWEB_WEIGHTS": "/no/weights.h5"}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "app:app"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "vggweb cannot start. There is no weights file /no/weights.h5." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VGGWEB_MAX_PIXELS", "many"),
        ("VGGWEB_MAX_PIXELS", "-1"),
        ("VGGWEB_RESULT_DAYS", "nan"),
        ("VGGWEB_SECRET_KEY", ""),
        ("VGGWEB_SECRET_KEY", "short"),
        ("VGGWEB_LOG_LEVEL", "LOUD"),
        ("PORT", "many"),
    ],
)
def test_a_bad_setting_stops_gunicorn_with_one_sentence_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    environ = os.environ | {"PORT": str(free_port()), "VGGWEB_DATA": str(tmp_path), name: value}
    command = [sys.executable, "-m", "gunicorn", "app:app"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith(f"vggweb cannot start. {name} ")
    assert done.stderr.count("\n") == 1


def test_a_class_is_served_at_this_computers_address_in_its_network(tmp_path: Path) -> None:
    here = local_network_address()
    if here is None:
        pytest.skip("this computer is in no network")
    port = free_port()
    environ = os.environ | {"PORT": str(port), "VGGWEB_DATA": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vggweb.classroom"], cwd=ROOT, env=environ, stderr=log, stdout=log
        )
    try:
        _first_statuses(f"http://{here}:{port}")
        sent = requests.get(f"http://127.0.0.1:{port}/", headers={"Accept": "text/html"}, timeout=20)
    finally:
        process.terminate()
        process.wait(30)
    assert sent.url == f"http://{here}:{port}/"
    printed = (tmp_path / "log").read_text()
    assert f"A class opens http://{here}:{port}" in printed
    assert f"http://localhost:{port} or http://{here}:{port}" in printed


def test_a_server_listens_on_ipv6_and_prints_an_address_that_opens(tmp_path: Path) -> None:
    if not has_ipv6():
        pytest.skip("this computer has no IPv6")
    with running_server(tmp_path, HOST="::") as server:
        port = urlsplit(server.url).port
        assert f"Open http://localhost:{port}" in server.log.read_text()
        assert requests.get(f"http://[::1]:{port}/healthz", timeout=20).status_code == 200


def test_nobody_else_on_this_computer_can_read_what_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    with running_server(data) as server:
        requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60)
        modes = {file.name: file.stat().st_mode & 0o777 for file in data.glob("*sqlite3*")}
    assert data.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}


def test_logs_are_one_json_object_a_line_and_hold_no_results_id(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        answer = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60)
        made = answer.json()
        requests.get(made["url"], timeout=60)
        broken = requests.post(f"{server.url}/results.json", files={"photo": b"\xff\xd8\xffbroken"}, timeout=60)
        assert broken.status_code == 422
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    logged = [line for line in lines if line.get("route") == "/results.json"]
    assert [line["status"] for line in logged] == [201, 422]
    assert logged[0]["request_id"] == answer.headers["X-Request-ID"]
    assert made["id"] not in server.log.read_text()


def test_a_start_says_our_words_alone_whatever_the_users_keras_settings_say(tmp_path: Path) -> None:
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"backend": "jax", "floatx": "float16"}', encoding="utf-8")
    settings = {"HOME": str(tmp_path), "KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "0"}
    with running_server(tmp_path / "data", **settings) as server:
        made = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60).json()
        why = requests.get(f"{server.url}/r/{made['id']}/why/saliency/285.json", timeout=120)
    assert why.status_code == 200
    assert made["predictions"][0]["label"] == "Egyptian_cat"
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {line["logger"].split(".")[0] for line in lines} <= {"vggweb", "gunicorn"}


def test_a_body_over_the_limit_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with running_server(tmp_path, VGGWEB_MAX_UPLOAD_BYTES="1000000") as server:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
            connection.sendall(
                b"POST /results.json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000000\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_crowd_gets_results_or_503_and_the_server_stays_well(tmp_path: Path) -> None:
    statuses: list[int] = []
    with running_server(tmp_path, VGGWEB_PREDICTION_QUEUE="2", VGGWEB_RATE_LIMIT="1000/minute") as server:

        def ask() -> None:
            answer = requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=120)
            statuses.append(answer.status_code)
            if answer.status_code == 503:
                assert answer.json()["error"]["code"] == "busy"
                assert int(answer.headers["Retry-After"]) >= 1

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60).status_code == 201
    assert len(statuses) == 20
    assert set(statuses) == {201, 503}


def test_a_class_of_forty_that_presses_at_once_is_served_without_a_second_try(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:

        def ask(name: str) -> int:
            answer = requests.post(f"{server.url}/results.json", data={"sample": name}, timeout=120)
            return answer.status_code

        with ThreadPoolExecutor(40) as phones:
            assert list(phones.map(ask, ["cat", "coffee"] * 20)) == [201] * 40


def test_a_site_answers_beside_connections_that_stall_in_every_way(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, VGGWEB_RATE_LIMIT="1000/minute") as server,
        stalled_connections(server.url, dict.fromkeys(KINDS, 40)),
    ):
        for _ in range(3):
            assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
            assert requests.get(server.url, timeout=10).status_code == 200
        assert requests.post(f"{server.url}/results.json", data={"sample": "cat"}, timeout=60).status_code == 201


def test_a_phone_on_a_slow_line_gets_its_photo_through(tmp_path: Path) -> None:
    photo = (ROOT / "static" / "samples" / "cat.jpg").read_bytes()
    begin = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="cat.jpg"\r\n\r\n'
    body = begin + photo + b"\r\n--x--\r\n"
    with running_server(tmp_path, VGGWEB_CLIENT_PAUSE_SECONDS="3") as server:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as phone:
            phone.sendall(
                b"POST /results.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            for start in range(0, len(body), 4000):
                time.sleep(1)
                phone.sendall(body[start : start + 4000])
            assert phone.recv(65536).startswith(b"HTTP/1.1 201")


def test_a_full_folder_for_temporary_files_is_told_and_forgotten_when_there_is_room_again(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "tmp", mebibytes=4) as disk,
        running_server(tmp_path / "data", TMPDIR=str(disk.folder)) as server,
    ):
        disk.fill()
        large = {"photo": b"x" * 1_000_000}
        refused = requests.post(f"{server.url}/results.json", files=large, timeout=60)
        assert (refused.status_code, refused.json()["error"]["code"]) == (507, "storage_full")
        assert "temporary file" in server.log.read_text()
        assert requests.get(f"{server.url}/readyz", timeout=60).status_code == 200
        disk.free()
        assert requests.post(f"{server.url}/results.json", files=large, timeout=60).status_code == 415
