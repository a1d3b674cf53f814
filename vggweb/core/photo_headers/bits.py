"""Numbers of any number of bits, most significant first, as the video standards write them."""


class Bits:
    """Reads bits from the beginning of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        """The next `count` bits as an unsigned number.

        Raises:
            ValueError: there are not so many left.
        """
        if count > self._left:
            raise ValueError("the header stops")
        self._left -= count
        return self._number >> self._left & ((1 << count) - 1)

    def take_exponential(self) -> int:
        """The next number in Exp-Golomb code, ue(v) (ITU-T H.265, section 9.2)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)
