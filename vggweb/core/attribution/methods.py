"""The methods by name. Does not start TensorFlow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from vggweb.core.arrays import Batch
from vggweb.core.attribution.evidence import Attribution, OnProgress
from vggweb.core.attribution.grad_cam import grad_cam
from vggweb.core.attribution.occlusion import occlusion
from vggweb.core.attribution.saliency import saliency
from vggweb.errors import BadParameterError

if TYPE_CHECKING:
    from vggweb.core.model import Vgg16

MethodName = Literal["grad_cam", "saliency", "occlusion"]


class Explain(Protocol):
    """The signature that all methods share."""

    def __call__(
        self, model: "Vgg16", batch: Batch, *, class_index: int, on_progress: OnProgress | None = None
    ) -> Attribution:
        """The class's logit and the map of what speaks for it; batch float32 (1, 224, 224, 3), not modified."""


@dataclass(frozen=True)
class Method:
    """One way to ask why.

    Attributes:
        name: as in addresses.
        slow: takes many forward passes, and so runs as a job.
        takes_layer: looks at one convolution, which can be chosen.
        explain: computes the map.
    """

    name: MethodName
    slow: bool
    takes_layer: bool
    explain: Explain


METHODS: dict[MethodName, Method] = {
    "grad_cam": Method(
        name="grad_cam",
        slow=False,
        takes_layer=True,
        explain=grad_cam,
    ),
    "saliency": Method(
        name="saliency",
        slow=False,
        takes_layer=False,
        explain=saliency,
    ),
    "occlusion": Method(
        name="occlusion",
        slow=True,
        takes_layer=False,
        explain=occlusion,
    ),
}


def find_method(name: str) -> Method:
    """The method of that name.

    Raises:
        BadParameterError: there is no such method; the message lists those there are.
    """
    for method in METHODS.values():
        if method.name == name:
            return method
    raise BadParameterError("%(name)s can be %(values)s.", name="method", values=", ".join(METHODS))
