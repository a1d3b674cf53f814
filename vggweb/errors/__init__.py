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
    │   │   └── StillComputingError (carries job_id)
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

from vggweb.errors.load import (
    BusyError,
    NotReadyError,
    OverloadError,
    RateLimitedError,
    StillComputingError,
    StorageError,
    StorageFullError,
)
from vggweb.errors.lookups import (
    GoneError,
    LookupFailedError,
    NotDrawnError,
    NotFoundError,
    UnknownClassError,
    UnknownFilterError,
    UnknownLayerError,
)
from vggweb.errors.photos import (
    CorruptImageError,
    NotAnImageError,
    PhotoError,
    PhotoTooLargeError,
    UnsupportedFormatError,
)
from vggweb.errors.requests import (
    BadCsrfError,
    BadParameterError,
    FrozenError,
    NoPhotoError,
    NotYoursError,
    RequestError,
    TooSlowError,
)
from vggweb.errors.root import (
    VggwebError,
)
from vggweb.errors.setup import (
    SettingError,
    SetupError,
    WeightsError,
)
from vggweb.errors.work import (
    JobBrokenError,
    JobCancelledError,
    JobStoppedError,
    JobStoppedOftenError,
    JobTimedOutError,
)

__all__ = [
    "BadCsrfError",
    "BadParameterError",
    "BusyError",
    "CorruptImageError",
    "FrozenError",
    "GoneError",
    "JobBrokenError",
    "JobCancelledError",
    "JobStoppedError",
    "JobStoppedOftenError",
    "JobTimedOutError",
    "LookupFailedError",
    "NoPhotoError",
    "NotAnImageError",
    "NotDrawnError",
    "NotFoundError",
    "NotReadyError",
    "NotYoursError",
    "OverloadError",
    "PhotoError",
    "PhotoTooLargeError",
    "RateLimitedError",
    "RequestError",
    "SettingError",
    "SetupError",
    "StillComputingError",
    "StorageError",
    "StorageFullError",
    "TooSlowError",
    "UnknownClassError",
    "UnknownFilterError",
    "UnknownLayerError",
    "UnsupportedFormatError",
    "VggwebError",
    "WeightsError",
]
