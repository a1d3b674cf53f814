"""What is known of a choice of weights, without loading them."""

from vggweb.core.architecture import CONVOLUTION_PARAMETERS, FULL_PARAMETERS
from vggweb.core.weights import WeightsChoice, WeightsInfo
from vggweb.core.weights.compact import HEAD_PARAMETERS, compact_info
from vggweb.core.weights.official import imagenet_info


def weights_info(choice: WeightsChoice) -> WeightsInfo:
    """Variant, hash, parameters, source, licence, limits and measured accuracy of the chosen weights."""
    if choice.variant == "compact":
        return compact_info(parameter_count=CONVOLUTION_PARAMETERS + HEAD_PARAMETERS)
    return imagenet_info(choice, parameter_count=FULL_PARAMETERS)
