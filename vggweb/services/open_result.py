"""A result that is open: its row has been read, and the rest comes when somebody asks for it."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from vggweb.core.arrays import Batch, Image, Logits
from vggweb.core.card import draw_card, encode_card
from vggweb.core.predictions import certainty, groups, softmax, top_predictions
from vggweb.core.preprocessing import ResizeMethod, to_batch
from vggweb.core.rendering import channel_picture, decode_picture, encode_png
from vggweb.core.walkthrough import walk
from vggweb.errors import NotFoundError
from vggweb.services.result import CHANNEL_NAMES, ModelUsed, Result, describe_channels
from vggweb.storage import StoredFile, StoredResult

DEFAULT_TOP = 5
PHOTO = "photo"  # the name of the photo's small copy among the result's files


class OpenResult:
    """One result during one request. Whoever needs its input, its logits or its pictures takes them from here.

    Attributes:
        row: what is stored of it.
        expires_at: aware, UTC; None: never.
    """

    def __init__(
        self, row: StoredResult, read_file: Callable[[str], StoredFile], *, expires_at: datetime | None
    ) -> None:
        self.row = row
        self.expires_at = expires_at
        self._read_file = read_file

    @property
    def id(self) -> str:
        """The unguessable id of its address."""
        return self.row.id

    @property
    def logits(self) -> Logits:
        """float32 (1000,)."""
        return self.row.logits

    @cached_property
    def image(self) -> Image:
        """The model input: uint8 (224, 224, 3) RGB."""
        return self.image_resized(self.row.resize)

    @cached_property
    def batch(self) -> Batch:
        """What the model was given: float32 (1, 224, 224, 3), BGR, mean-subtracted."""
        return to_batch(self.image)

    def image_resized(self, resize: ResizeMethod) -> Image:
        """The model input that another way of resizing gives."""
        return decode_picture(self._read_file(image_name(resize)).data)

    def is_owned_by(self, owner: str | None) -> bool:
        """Whether this visitor made the result."""
        return owner is not None and self.row.owner == owner

    def describe(self, *, top: int = DEFAULT_TOP) -> Result:
        """The result with its first `top` predictions, everything worked out from input and logits."""
        probabilities = softmax(self.logits)
        predictions = top_predictions(probabilities, top)
        return Result(
            id=self.id,
            created_at=self.row.created_at,
            expires_at=self.expires_at,
            resize=self.row.resize,
            model=ModelUsed(variant=self.row.variant, sha256=self.row.weights_sha256),
            photo=self.row.photo,
            predictions=predictions,
            groups=groups(probabilities),
            certainty=certainty(predictions),
            channels=describe_channels(self.batch),
            steps=walk(self.image, self.batch, probabilities, predictions[:DEFAULT_TOP]),
        )

    def photo_jpg(self) -> bytes:
        """The small copy of the photo."""
        return self._read_file(PHOTO).data

    def input_png(self) -> bytes:
        """The exact model input as PNG."""
        return self._read_file(image_name(self.row.resize)).data

    def channel_png(self, channel: str) -> bytes:
        """One mean-subtracted channel as a grey picture, mid grey where the value is 0.

        Raises:
            NotFoundError: the channel is none of ``b``, ``g``, ``r``.
        """
        if channel not in CHANNEL_NAMES:
            raise NotFoundError("A picture has the channels b, g and r.", "Use one of them in the address.")
        return encode_png(channel_picture(self.batch[0, :, :, CHANNEL_NAMES.index(channel)]))

    def card_jpg(self) -> bytes:
        """The card that a shared link shows, drawn anew: `Results.card_jpg` remembers it."""
        predictions = top_predictions(softmax(self.logits), DEFAULT_TOP)
        return encode_card(draw_card(decode_picture(self.photo_jpg()), predictions, note=f"{self.row.variant} weights"))


def image_name(resize: ResizeMethod) -> str:
    """The name of a model input among the result's files."""
    return f"image-{resize}"
