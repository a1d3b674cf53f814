"""Why this word: Grad-CAM, saliency and occlusion, with one signature."""

from vggweb.core.attribution.evidence import Attribution, class_logit
from vggweb.core.attribution.grad_cam import grad_cam
from vggweb.core.attribution.methods import METHODS, Method, MethodName, find_method
from vggweb.core.attribution.occlusion import occlusion
from vggweb.core.attribution.saliency import saliency

__all__ = [
    "METHODS",
    "Attribution",
    "Method",
    "MethodName",
    "class_logit",
    "find_method",
    "grad_cam",
    "occlusion",
    "saliency",
]
