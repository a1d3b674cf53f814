"""TensorFlow and Keras, imported so that they obey this program and stay silent.

The only place that imports them; everybody else writes ``from vggweb.core.tensorflow_import import keras, tf``, and
writes it where it is needed, because the first time takes seconds. Two things would go wrong otherwise:

- Keras reads ``~/.keras/keras.json`` and variables such as ``KERAS_BACKEND`` while it is imported. Another backend ends
  in a traceback and float16 changes the numbers without a word, so Keras reads a file of ours instead.
- TensorFlow writes lines to the file descriptor of standard error before anything can tell it not to, and which ones
  depends on the processor (`is_tensorflows` knows them).
"""

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STDERR = 2
PIPE_SECONDS = 1.0  # the lines are there at once; only a child process that inherited the pipe keeps it open
KERAS_HOME = Path(__file__).with_name("keras_home")
_TENSORFLOWS_LINE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|[IWE]\d{4} [\d:.]+ +\d+ \S+:\d+\] "  # absl's form: I0000 00:00:1795608491.203696    8064 port.cc:153] …
    rb"|\d{4}-\d\d-\d\d [\d:.]+: [IWE] \S+:\d+\] "  # the form of earlier versions: 2026-11-25 12:00:00.000000: I …
    rb"|To enable the following instructions: "  # the second line of a message
)


def is_tensorflows(line: bytes) -> bool:
    """Whether a line of standard error is one of TensorFlow's remarks. What it dies of (F) is none."""
    return _TENSORFLOWS_LINE.match(line) is not None


@contextmanager
def without_tensorflows_lines() -> Iterator[None]:
    """Meanwhile TensorFlow's lines on standard error go nowhere, and everybody else's through at once.

    It is the file descriptor that is redirected, since C++ knows no ``sys.stderr``. Child processes that start
    meanwhile inherit the pipe, so it is read until the last of them has closed it.
    """
    try:
        original = os.dup(STDERR)
    except OSError:  # closed, as for some daemons: nothing would be seen anyway
        yield
        return
    reading, writing = os.pipe()
    _redirect_stderr(writing)
    os.close(writing)
    reader = threading.Thread(target=_pass_on, args=(reading, original), name="stderr", daemon=True)
    reader.start()
    back = os.dup(original)  # the reader closes its own when it is done
    try:
        yield
    finally:
        _redirect_stderr(back)
        os.close(back)
        reader.join(PIPE_SECONDS)


def _redirect_stderr(descriptor: int) -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
    os.dup2(descriptor, STDERR)


def _pass_on(reading: int, original: int) -> None:
    with os.fdopen(reading, "rb") as lines, os.fdopen(original, "wb", buffering=0) as out:
        for line in lines:
            if not is_tensorflows(line):
                with suppress(OSError):  # nobody reads standard error any more
                    out.write(line)


@contextmanager
def own_keras_settings() -> Iterator[None]:
    """Meanwhile Keras finds this program's settings: backend, data format, float type and epsilon."""
    users = {name: value for name, value in os.environ.items() if name.startswith("KERAS_")}
    for name in users:
        del os.environ[name]
    os.environ["KERAS_HOME"] = str(KERAS_HOME)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for what it would say later
    try:
        yield
    finally:
        del os.environ["KERAS_HOME"]
        os.environ.update(users)  # where the official weights lie is the user's to say


with without_tensorflows_lines(), own_keras_settings():
    import keras
    import tensorflow as tf

__all__ = ["is_tensorflows", "keras", "own_keras_settings", "tf", "without_tensorflows_lines"]
