"""What is known of a photo besides its pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoFacts:
    """What is known of the photo that was sent.

    Attributes:
        width: in pixels, upright.
        height: in pixels, upright.
        format: the file's format in words, such as ``JPEG``.
        was_rotated: a rotation tag was applied.
        had_transparency: transparent pixels were laid on white.
    """

    width: int
    height: int
    format: str
    was_rotated: bool
    had_transparency: bool
