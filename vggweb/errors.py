"""The errors that a visitor, a program or an operator can meet, each with its status and two sentences.

::

    VggwebError
    ├── RequestError
    │   ├── NoPhotoError            400 no_photo
    │   ├── BadParameterError       400 bad_parameter
    │   ├── TooSlowError            408 too_slow
    │   ├── BadCsrfError            403 bad_csrf
    │   ├── NotYoursError           403 not_yours
    │   └── FrozenError             403 frozen
    ├── LookupFailedError
    │   ├── NotFoundError           404 not_found
    │   ├── UnknownLayerError       404 unknown_layer
    │   ├── UnknownFilterError      404 unknown_filter
    │   ├── UnknownClassError       404 unknown_class
    │   ├── NotDrawnError           404 not_drawn
    │   └── GoneError               410 gone
    ├── PhotoError
    │   ├── PhotoTooLargeError      413 photo_too_large
    │   ├── NotAnImageError         415 not_an_image
    │   ├── UnsupportedFormatError  415 unsupported_format
    │   └── CorruptImageError       422 corrupt_image
    ├── StorageError                500 internal
    │   └── StorageFullError        507 storage_full
    ├── OverloadError               (carries retry_after_seconds)
    │   ├── RateLimitedError        429 rate_limited
    │   ├── BusyError               503 busy
    │   └── NotReadyError           503 not_ready
    ├── JobStoppedError
    │   ├── JobCancelledError       409 cancelled
    │   ├── JobTimedOutError        409 timed_out
    │   ├── JobStoppedOftenError    409 stopped_often
    │   └── JobBrokenError          409 broken
    └── SetupError                  stops the start; the command line prints it
        ├── SettingError
        └── WeightsError

``message`` says what happened, ``hint`` what to do. Neither ever holds a path of the server, a
traceback or a library's own words; the cause travels in ``__cause__`` and goes to the log.
"""

from typing import ClassVar


class VggwebError(Exception):
    """The root: an error that has a status, a code, a message and a hint.

    Args:
        message: what happened, in place of the class's own sentence. It is a template, so that it can be translated
            before the values are put in: ``BadParameterError("%(name)s can be 1 to %(most)s.", name="top", most=5)``.
        hint: what to do, likewise.
        values: what the templates name.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    default_message: ClassVar[str] = "Something went wrong on our side."
    default_hint: ClassVar[str] = "Try again in a moment."

    def __init__(self, message: str | None = None, hint: str | None = None, **values: object) -> None:
        self.message_template = message or self.default_message
        self.hint_template = hint or self.default_hint
        self.values = values
        super().__init__(f"{self.message} {self.hint}")

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self.message_template % self.values if self.values else self.message_template

    @property
    def hint(self) -> str:
        """What to do, in English."""
        return self.hint_template % self.values if self.values else self.hint_template


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


class PhotoError(VggwebError):
    """The bytes that were sent cannot be used as a photo."""

    status = 415
    code = "bad_photo"


class PhotoTooLargeError(PhotoError):
    """More bytes or pixels than the limits; the message says both limits."""

    status = 413
    code = "photo_too_large"
    default_message = "The photo is too large."
    default_hint = "Send a smaller copy of the photo."


class NotAnImageError(PhotoError):
    """The bytes are no picture at all."""

    code = "not_an_image"
    default_message = "The file is not a picture."
    default_hint = "Send a photo as JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC or JPEG XL."


class UnsupportedFormatError(PhotoError):
    """A picture, in a format that is not read here."""

    code = "unsupported_format"
    default_message = "The file is a picture in a format that is not read here."
    default_hint = "Save it as JPEG or PNG and send that."


class CorruptImageError(PhotoError):
    """A picture that stops half-way, or is broken inside; the message says which where it is known."""

    status = 422
    code = "corrupt_image"
    default_message = "The picture stops or breaks half-way, so it cannot be shown whole."
    default_hint = "Copy or download the file again and send the new copy."


class StorageError(VggwebError):
    """The store cannot be read or written, and waiting alone does not mend it: a failing disk, a damaged database."""

    default_message = "The server cannot reach what it keeps, because its storage fails."
    default_hint = "Try again later; whoever runs this server finds the cause in its log."


class StorageFullError(StorageError):
    """There is no room for another photo."""

    status = 507
    code = "storage_full"
    default_message = "The server has no room left to keep another photo."
    default_hint = "Results that are there can still be seen and deleted. Try again later."


class OverloadError(VggwebError):
    """The server could do it, but not now."""

    status = 503
    code = "busy"

    def __init__(
        self,
        message: str | None = None,
        hint: str | None = None,
        *,
        retry_after_seconds: int = 5,
        **values: object,
    ) -> None:
        super().__init__(message, hint, **values)
        self.retry_after_seconds = retry_after_seconds


class RateLimitedError(OverloadError):
    """One client asks too often."""

    status = 429
    code = "rate_limited"
    default_message = "Too many requests came from your address in a short time."
    default_hint = "Wait a little and try again."


class BusyError(OverloadError):
    """All hands are at work and the queue is full."""

    default_message = "The server is working on other photos."
    default_hint = "Try again in a few seconds."


class NotReadyError(OverloadError):
    """The network is still being loaded."""

    code = "not_ready"
    default_message = "The network is still being loaded."
    default_hint = "Try again in a few seconds."


class JobStoppedError(VggwebError):
    """A long computation was ended before it was done."""

    status = 409
    code = "stopped"


class JobCancelledError(JobStoppedError):
    """Somebody cancelled it."""

    code = "cancelled"
    default_message = "The computation was cancelled."
    default_hint = "Start it again if you still want it."


class JobTimedOutError(JobStoppedError):
    """It took longer than a job may."""

    code = "timed_out"
    default_message = "The computation took longer than a job may take."
    default_hint = "Start it again when the server is less busy."


class JobStoppedOftenError(JobStoppedError):
    """The process died again and again while it was at it."""

    code = "stopped_often"
    default_message = "The server stopped several times while it was at this computation."
    default_hint = "Start it again; if it stops again, tell whoever runs this server."


class JobBrokenError(JobStoppedError):
    """It met an error that nobody had foreseen; the log has the traceback."""

    code = "broken"
    default_message = "The computation failed for a reason that we had not foreseen."
    default_hint = "Start it again; if it fails again, tell whoever runs this server."


class SetupError(VggwebError):
    """The app cannot start, or a command cannot run, as it is set up."""

    code = "setup"


class SettingError(SetupError):
    """An environment variable has a value that it cannot have."""

    code = "bad_setting"
    default_message = "A setting has a value that it cannot have."
    default_hint = "docs/settings.md lists the settings and their values."


class WeightsError(SetupError):
    """The weights that were asked for are not there, incomplete or not what they should be."""

    code = "bad_weights"
    default_message = "The weights cannot be used."
    default_hint = "Run `flask weights status` to see which weights there are."
