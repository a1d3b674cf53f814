"""What was asked for is not there."""

from vggweb.errors.root import VggwebError


class LookupFailedError(VggwebError):
    """What was asked for is not there."""

    status = 404
    code = "not_found"


class NotFoundError(LookupFailedError):
    """There never was such a page, result or job."""

    default_message = "There is nothing at this address."
    default_hint = "Check the address for a missing letter, or start from the home page."


class UnknownLayerError(LookupFailedError):
    """VGG16 has no layer of that name."""

    code = "unknown_layer"
    default_message = "VGG16 has no layer of that name."
    default_hint = "The convolutions are block1_conv1 to block5_conv3, the poolings block1_pool to block5_pool."


class UnknownFilterError(LookupFailedError):
    """The layer has no filter or channel of that number."""

    code = "unknown_filter"
    default_message = "The layer has no filter of that number."
    default_hint = "Filters are counted from 0; the layer's page lists them."


class UnknownClassError(LookupFailedError):
    """ImageNet's 1000 classes have no such index."""

    code = "unknown_class"
    default_message = "There is no class of that number."
    default_hint = "Class indices go from 0 to 999."


class NotDrawnError(LookupFailedError):
    """The picture has not been drawn, and looking starts no work."""

    code = "not_drawn"
    default_message = "This picture has not been drawn yet."
    default_hint = "Ask for it with the button on its page, or by POST to the same address."


class GoneError(LookupFailedError):
    """It was there, and was deleted or has expired."""

    status = 410
    code = "gone"
    default_message = "This result was deleted or has expired."
    default_hint = "Its photo is no longer stored. Upload it again to get a new result."
