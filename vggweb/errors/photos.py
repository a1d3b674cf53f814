"""The bytes that were sent are no photo that can be used."""

from vggweb.errors.root import VggwebError


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
