"""Occlusion as a job. The network has one logit that is a sum over the pixels, so that 169 predictions take no time."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.attribution.networks import linear_network
from tests.jobs.works import until_state
from tests.web.uploads import sample_bytes
from vggweb.core.attribution import occlusion
from vggweb.core.model import Vgg16
from vggweb.errors import GoneError, NotDrawnError, NotFoundError, UnknownClassError
from vggweb.jobs import Job
from vggweb.services.explanations import Explanations
from vggweb.services.model_host import ModelHost
from vggweb.services.open_result import OpenResult
from vggweb.startup import Services


class QuickHost(ModelHost):
    """A network that is ready, and linear."""

    def __init__(self, like: ModelHost, weights: NDArray[np.float32]) -> None:
        super().__init__(like.choice, queue_limit=8)
        self._linear = linear_network(weights)

    def model(self) -> Vgg16:
        return self._linear


@pytest.fixture
def quick(services: Services) -> Services:
    """The services with occlusions of the linear network, whose weights count the middle of the photo only."""
    weights = np.zeros((224, 224, 3), np.float32)
    weights[80:144, 80:144, 1] = 0.01
    model_host = QuickHost(services.model_host, weights)
    return replace(
        services, model_host=model_host, explanations=Explanations(services.results, model_host, services.jobs)
    )


def start(services: Services, result: OpenResult, class_index: int = 0) -> Job:
    return services.explanations.start(result, "occlusion", class_index, owner=None, result_url="/")


def test_the_job_leaves_the_cores_map_and_the_logit(quick: Services, result: OpenResult) -> None:
    with pytest.raises(NotDrawnError):
        quick.explanations.find(result, "occlusion", 0)
    assert quick.explanations.job(result, "occlusion", 0) is None
    quick.jobs.start()
    job = until_state(quick.jobs, start(quick, result).id, "done")
    assert quick.explanations.job(result, "occlusion", 0) == job
    found = quick.explanations.find(result, "occlusion", 0).found
    model, batch = quick.model_host.model(), result.batch
    np.testing.assert_allclose(found.heatmap, occlusion(model, batch, class_index=0).heatmap, atol=1e-3)
    assert found.heatmap.any()
    assert found.logit == pytest.approx(float(model.logits(batch)[0, 0]), rel=1e-5)


def test_asking_twice_is_one_job_and_another_class_or_photo_is_another(services: Services, result: OpenResult) -> None:
    other = services.make_result(sample_bytes("coffee"), resize="keras", owner=None)
    jobs = [
        start(services, result),
        start(services, result),
        start(services, result, 1),
        start(services, other),
    ]
    assert len({job.id for job in jobs}) == 3
    assert {job.result_id for job in jobs} == {result.id, other.id}


def test_deleting_the_result_wipes_the_map_and_its_job(quick: Services, result: OpenResult) -> None:
    quick.jobs.start()
    job = until_state(quick.jobs, start(quick, result).id, "done")
    quick.results.delete(result)
    assert quick.jobs.products.keys_beginning("occlusion/") == set()
    with pytest.raises(NotFoundError):
        quick.jobs.find(job.id)
    with pytest.raises(GoneError):
        start(quick, result)


def test_a_class_that_is_not_there_is_refused_before_a_job_is_made(services: Services, result: OpenResult) -> None:
    with pytest.raises(UnknownClassError):
        start(services, result, 1000)
    assert services.explanations.job(result, "occlusion", 1000) is None
