"""Other preparations of a result's photo."""

import pytest

from vggweb.errors import NotFoundError
from vggweb.services.open_result import OpenResult
from vggweb.startup import Services


def test_the_variants_begin_with_the_real_result(services: Services, result: OpenResult) -> None:
    variants = services.what_if.variants(result)
    real = result.describe(top=3).predictions
    assert variants[0].distance == 0
    for found, expected in zip(variants[0].predictions, real, strict=True):
        assert found.class_index == expected.class_index
        assert found.score == pytest.approx(expected.score, abs=1e-4)


def test_a_preparation_that_is_not_there_is_refused(services: Services, result: OpenResult) -> None:
    with pytest.raises(NotFoundError):
        services.what_if.variant_png(result, "sepia")
