"""Which weights answered, in a sentence."""

from flask_babel import gettext as _

from vggweb.core.architecture import FULL_PARAMETERS
from vggweb.core.weights import Weights
from vggweb.core.weights.compact import CompactWeights
from vggweb.core.weights.official import CustomWeights
from vggweb.services.result import ModelUsed
from vggweb.web.formatters import number


def variant_note(model: ModelUsed, choice: Weights) -> str:
    """Which weights answered.

    Args:
        model: the weights that answered, perhaps before the server got others.
        choice: the weights that answer now: only of these is known whether they are Keras's official ones.
    """
    return _compact_note(model, choice) if model.variant == "compact" else _full_note(model, choice)


def _compact_note(model: ModelUsed, choice: Weights) -> str:
    if model.sha256 != choice.sha256 and isinstance(choice, CompactWeights):
        return str(
            _(
                "Answered by earlier compact weights: VGG16’s own 13 convolutions with a small classifier that has "
                "since been replaced by a better one."
            )
        )
    return str(
        _(
            "Answered by the compact weights: VGG16’s own 13 convolutions with a small classifier made for this site, "
            "so the probabilities are not those of the full VGG16."
        )
    )


def _full_note(model: ModelUsed, choice: Weights) -> str:
    parameters = number(FULL_PARAMETERS)
    if model.sha256 != choice.sha256:
        return str(
            _(
                "Answered by a full VGG16, %(parameters)s parameters, with other weights than this server has now.",
                parameters=parameters,
            )
        )
    if isinstance(choice, CustomWeights):
        return str(
            _(
                "Answered by a full VGG16, %(parameters)s parameters, with weights that this server’s operator gave.",
                parameters=parameters,
            )
        )
    return str(
        _("Answered by the full VGG16 with its ImageNet weights, %(parameters)s parameters.", parameters=parameters)
    )


def official_note() -> str:
    """What the full VGG16 has that the compact weights have not."""
    return str(
        _(
            "The full VGG16 has its own classifier, fc1, fc2 and predictions, %(parameters)s parameters in all, and a "
            "file of 553 MB. With Keras’s official file in place, it answers instead of the embedded compact weights.",
            parameters=number(FULL_PARAMETERS),
        )
    )
