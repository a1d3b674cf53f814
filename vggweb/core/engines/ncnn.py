"""VGG16 on ncnn: the same numbers as Keras's in a fraction of the time and of the memory.

ncnn convolves by Winograd's algorithm (Lavin and Gray 2015, arXiv:1509.09308), which needs fewer multiplications than a
direct convolution. docs/benchmarks.md says which options were measured.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# The threads that share one photo meet after every layer. Those that come first sleep instead of spinning: on a busy
# machine spinning makes two threads four times as slow as one. OpenMP reads this once, while it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import ncnn
import numpy as np
from numpy.typing import NDArray

from vggweb.core.arrays import Activation, Batch, Logits
from vggweb.core.classes import CLASS_COUNT
from vggweb.core.engines import EngineName
from vggweb.core.engines.ncnn_memory import PhotoMemory, give_back_free_memory
from vggweb.core.engines.ncnn_network import INPUT, network_numbers, network_text
from vggweb.core.weights import Weights

MOST_THREADS = 8  # for one photo: the last layers are too small to share among more

_address_of = ctypes.pythonapi.PyCapsule_GetPointer
_address_of.restype, _address_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class NcnnEngine:
    """One network in ncnn's memory. A lone photo gets every core; several are computed side by side, a thread each."""

    name: EngineName = "ncnn"
    class_count = CLASS_COUNT

    def __init__(self, choice: Weights) -> None:
        """Reads the weights into ncnn, one layer at a time.

        Raises:
            WeightsError: they cannot be read.
        """
        self.photos_at_once = _core_count()
        self._set_levels = _openmps_switch()
        self._net = _load(choice, threads=min(self.photos_at_once, MOST_THREADS) if self._set_levels else 1)
        self._layer_names = [layer.name for layer in self._net.layers()]
        self._memory = PhotoMemory()
        self._lock = threading.Lock()
        self._under_way = 0

    def logits(self, batch: Batch) -> Logits:
        """float32 (n, 224, 224, 3) → float32 (n, 1000), one photo after the other."""
        return np.stack([self._run(photo, ("predictions",))["predictions"] for photo in batch])

    def activations(self, batch: Batch, layer_names: Sequence[str]) -> dict[str, Activation]:
        """For each name float32 (h, w, channels), each channel contiguous in memory, or (n,)."""
        return self._run(batch[0], layer_names)

    def _run(self, photo: NDArray[np.float32], names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        channels = np.ascontiguousarray(photo.transpose(2, 0, 1), np.float32)  # (3, 224, 224); ncnn reads it in place
        with self._threads():
            extractor = self._net.create_extractor()
            self._memory.lend(extractor)
            extractor.input(INPUT, ncnn.Mat(channels))
            # Earlier outputs first, since later layers use up their inputs.
            found = {name: _extract(extractor, name) for name in sorted(names, key=self._layer_names.index)}
        del extractor  # hands its memory back
        self._memory.used()
        return {name: found[name] for name in names}

    @contextmanager
    def _threads(self) -> Iterator[None]:
        """All threads for the only photo under way; this thread alone for one that has company."""
        with self._lock:
            self._under_way += 1
            alone = self._under_way == 1
        try:
            if self._set_levels:
                self._set_levels(int(alone))
            yield
        finally:
            with self._lock:
                self._under_way -= 1


class _Numbers(ncnn.DataReader):  # type: ignore[misc]
    """Hands ncnn one array after the other, written straight into its memory."""

    def __init__(self, arrays: Iterator[NDArray[Any]]) -> None:
        super().__init__()
        self._arrays = arrays

    def scan(self, *_: object) -> int:
        """Nothing: the layers' text is read elsewhere."""
        return 0

    def read(self, buffer: object, size_bytes: int) -> int:
        """The next array, which ncnn must expect in just this size."""
        array = next(self._arrays)
        if array.nbytes != size_bytes:
            raise ValueError(f"ncnn asks for {size_bytes} bytes where the weights have {array.nbytes}")
        memory = (ctypes.c_uint8 * size_bytes).from_address(_address_of(buffer, None))
        np.ctypeslib.as_array(memory).view(array.dtype).reshape(array.shape)[...] = array
        return size_bytes


def _load(choice: Weights, *, threads: int) -> ncnn.Net:
    net = ncnn.Net()
    options = net.opt
    options.num_threads = threads
    options.use_vulkan_compute = False
    for half in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_packed", "bf16_storage"):
        if hasattr(options, f"use_{half}"):  # older versions, on other processors, do not know them all
            setattr(options, f"use_{half}", False)
    options.use_winograd63_convolution = False  # where it is chosen it takes 150 MiB more, and no less time
    if net.load_param_mem(network_text(choice.variant)) != 0:
        raise RuntimeError("ncnn does not understand the network")
    if net.load_model(_Numbers(network_numbers(choice.layers()))) != 0:
        raise RuntimeError("ncnn does not take the weights")
    give_back_free_memory()  # the weights as they were read
    return net


def _extract(extractor: ncnn.Extractor, name: str) -> NDArray[np.float32]:
    """A layer's output as Keras has it, (h, w, channels), a view of ncnn's (channels, h, w); (n,) of a dense layer."""
    status, output = extractor.extract(name)
    if status != 0:
        raise RuntimeError(f"ncnn gives no {name}")
    values: NDArray[np.float32] = np.array(output)  # a copy: ncnn takes its memory back
    return values.transpose(1, 2, 0) if values.ndim == 3 else values  # noqa: PLR2004


def _core_count() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _openmps_switch() -> Callable[[int], None] | None:
    """OpenMP's ``omp_set_max_active_levels``: with 0 the calling thread shares its work with nobody, with 1 it does.

    ncnn fixes the number of threads when it loads a network, since it lays out the kernels for it; so this is the only
    way to change one's mind for each photo. None where ncnn brings another OpenMP along.
    """
    try:
        switch = ctypes.CDLL(ncnn.ncnn.__file__).omp_set_max_active_levels
    except (OSError, AttributeError):
        return None
    switch.argtypes, switch.restype = [ctypes.c_int], None
    return switch
