"""Whatever dies, no answered upload is lost, no job is done twice with two results, and a visitor waits at worst."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.cluster.site import WAIT_SECONDS, Load, Site, eventually, running_site

QUICK, MEDIUM = "block1_conv1", "block3_conv2"  # how long one of its filters takes to draw
PROXYS_OWN = {502, 504}  # what nginx says for a request that was under way at a node that was killed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


def test_what_was_sent_to_one_node_is_shown_and_deleted_by_the_other(site: Site) -> None:
    first, second = (f"http://{node.address}" for node in site.nodes)
    made = site.upload(first).json()
    shown = requests.get(f"{second}/r/{made['id']}.json", timeout=WAIT_SECONDS).json()
    assert shown["predictions"] == made["predictions"]
    token = {"delete_token": made["delete_token"]}
    requests.post(f"{second}/r/{made['id']}/delete", data=token, timeout=WAIT_SECONDS)
    assert requests.get(f"{first}/r/{made['id']}.json", timeout=WAIT_SECONDS).status_code == 410


def test_the_web_nodes_answer_without_tensorflow(site: Site) -> None:
    for node in site.nodes:
        assert node.server
        model = requests.get(f"http://{node.address}/model.json", timeout=WAIT_SECONDS).json()
        maps = Path(f"/proc/{_serving_process(node.server.process.pid)}/maps").read_text(encoding="utf-8")
        assert model["engine"] == "ncnn"
        assert "libtensorflow" not in maps


def _serving_process(master: int) -> int:
    """gunicorn's worker."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    return int(children[0])


def test_a_web_node_killed_under_load_loses_no_answered_upload(site: Site) -> None:
    with Load(site).going_on() as load:
        load.until_made(5)
        site.nodes[0].kill()
        load.until_made(5)
        site.nodes[0].start()
        site.nodes[0].wait()
        load.until_made(5)
    assert load.lost() == []
    assert set(load.refused) <= PROXYS_OWN
    assert len(load.refused) <= 3  # those that were under way; whoever came later met the other node


def test_postgresql_restarted_under_load_loses_no_answered_upload(site: Site) -> None:
    with Load(site).going_on() as load:
        load.until_made(5)
        site.postgres.stop()
        eventually(lambda: len(load.refused) > 0)
        site.postgres.start()
        load.until_made(5)
    assert load.lost() == []
    assert set(load.refused) <= {503}


def test_two_jobs_whose_worker_is_killed_are_done_by_the_other_one(site: Site) -> None:
    workers = site.living_workers(2)
    addresses = [site.draw(MEDIUM, 0), site.draw(MEDIUM, 1)]
    site.until_under_way(*addresses)
    workers[0].process.kill()
    jobs = site.until_done(*addresses)
    assert {requests.get(f"{site.url}{job['result_url']}.png", timeout=WAIT_SECONDS).status_code for job in jobs} == {
        200
    }


def test_a_worker_that_is_silent_for_longer_than_its_lease_leaves_one_result(site: Site) -> None:
    cut_off = site.living_workers(1)
    address = site.draw(MEDIUM, 2)
    site.until_under_way(address)
    for worker in cut_off:  # as if the network was gone: they know nothing of their end
        worker.process.send_signal(signal.SIGSTOP)
    site.start_worker()
    (job,) = site.until_done(address)
    picture = drawn(site, job)
    for worker in cut_off:
        worker.process.send_signal(signal.SIGCONT)
    site.until_done(site.draw(QUICK, 2), site.draw(QUICK, 3))  # they work on, and let go of what was taken from them
    assert job["attempt"] == 2
    assert site.job(address) == job
    assert drawn(site, job) == picture


def drawn(site: Site, job: dict[str, Any]) -> bytes:
    """The picture that the job made."""
    response = requests.get(f"{site.url}{job['result_url']}.png", timeout=WAIT_SECONDS)
    assert response.status_code == 200
    return response.content


def test_a_redis_that_has_forgotten_everything_loses_no_accepted_job(site: Site) -> None:
    for worker in site.workers:
        worker.process.kill()
        worker.process.wait()
    addresses = [site.draw(QUICK, number) for number in (10, 11, 12)]
    site.redis.stop()
    assert [site.job(address)["state"] for address in addresses] == ["queued"] * 3
    assert site.upload().status_code == 201  # the limiter's shared count is away, too
    site.redis.start()
    site.living_workers(1)
    site.until_done(*addresses)
