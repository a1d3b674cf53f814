"""The request itself cannot be carried out."""

from vggweb.errors.root import VggwebError


class RequestError(VggwebError):
    """The request itself cannot be carried out as it stands."""

    status = 400
    code = "bad_request"
    default_message = "The request could not be understood."
    default_hint = "Go back and try again."


class NoPhotoError(RequestError):
    """Nothing was sent to classify."""

    code = "no_photo"
    default_message = "No photo arrived."
    default_hint = "Choose a photo from your device, or take one of the samples."


class BadParameterError(RequestError):
    """A parameter has a value outside those it can have; the message lists them."""

    code = "bad_parameter"
    default_message = "A parameter has a value that it cannot have."
    default_hint = "Use one of the values that the message lists."


class TooSlowError(RequestError):
    """The request stopped arriving half-way."""

    status = 408
    code = "too_slow"
    default_message = "The upload stopped arriving half-way."
    default_hint = "Check the connection and send it again."


class BadCsrfError(RequestError):
    """The form's token does not belong to this browser's session."""

    status = 403
    code = "bad_csrf"
    default_message = "This form has expired, or it was not sent from our page."
    default_hint = "Reload the page and send it again."


class NotYoursError(RequestError):
    """Somebody else made it."""

    status = 403
    code = "not_yours"
    default_message = "Only the browser that made this result can delete it."
    default_hint = "Open it in the browser that made it, or send the delete_token that came with it."


class FrozenError(RequestError):
    """The teacher has frozen the room."""

    status = 403
    code = "frozen"
    default_message = "The room is frozen: the teacher takes no new photos now."
    default_hint = "Wait until the teacher opens it again."
