"""The memory for what lies between two layers: used again by the next photo, given back to the system after a pause."""

import ctypes
import sys
import threading
import time

import ncnn

PAUSE_SECONDS = 1.0  # to fetch the memory anew takes about a tenth of a photo's time, so it is kept while photos come


class PhotoMemory:
    """Lends memory to photos that are under way; a second after the last of them, the system has it back.

    A photo needs some 110 MiB: most of it block1's feature maps and what Winograd's algorithm makes of them.
    """

    def __init__(self) -> None:
        self._pools = (_pool(), _pool())
        self._lock = threading.Lock()
        self._last_used = 0.0
        self._watched = False

    def lend(self, extractor: ncnn.Extractor) -> None:
        """Lets the extractor take its memory from here."""
        extractor.set_blob_allocator(self._pools[0])
        extractor.set_workspace_allocator(self._pools[1])

    def used(self) -> None:
        """Tells that a photo is done."""
        with self._lock:
            self._last_used = time.monotonic()
            if not self._watched:
                self._watched = True
                self._look_again(PAUSE_SECONDS)

    def _look_again(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self._give_back)
        timer.daemon = True
        timer.start()

    def _give_back(self) -> None:
        """Empties the pools, unless a photo has used them within the last second."""
        with self._lock:
            left = self._last_used + PAUSE_SECONDS - time.monotonic()
            self._watched = left > 0
        if left > 0:
            self._look_again(left)
            return
        for pool in self._pools:
            pool.clear()
        give_back_free_memory()


def give_back_free_memory() -> None:
    """Lets the C library return what it holds free; it does so by itself only at the end of its heap (glibc)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)


def _pool() -> ncnn.PoolAllocator:
    pool = ncnn.PoolAllocator()
    pool.set_size_compare_ratio(0.0)  # any block that is large enough will do
    return pool
