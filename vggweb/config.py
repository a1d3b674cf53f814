"""Every setting, once: its name, default, kind, unit and help. All come from the environment.

docs/settings.md is checked against this table.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from vggweb.errors import SettingError

MIB = 1024 * 1024
SHORTEST_KEY = 16  # characters; 32 hexadecimal digits hold 128 bits, and some write keys more densely


@dataclass(frozen=True)
class Must:
    """What a value has to be, in words that follow "must"."""

    words: str
    value_is_shown: bool = True


Folder = Annotated[Path, AfterValidator(Path.expanduser)]
Count = Annotated[int, Field(ge=0), Must("be a number, 0 or more")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False), Must("be a number, 0 or more")]
Engine = Annotated[Literal["auto", "ncnn", "tensorflow"], Must("be one of auto, ncnn, tensorflow")]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(str.upper),
    Must("be one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
]
RateLimit = Annotated[
    str,
    Field(pattern=r"^\d+\s*(/|per)\s*(\d+\s*)?(second|minute|hour|day)s?$"),
    Must("read like 60/minute or 10/second"),
]
BrokerUrl = Annotated[
    str, Field(pattern="^(rediss?://.*)?$"), Must("begin with redis:// or rediss://", value_is_shown=False)
]


def _setting(name: str, default: str, help: str) -> Any:  # noqa: A002 - click and argparse say help, too
    return field(metadata={"name": name, "default": default, "help": help})


@dataclass(frozen=True)
class Settings:
    """The settings of one running app. `Settings.from_environ` reads and checks them."""

    data: Folder = _setting("VGGWEB_DATA", "./instance", "Folder of the embedded store; created if missing.")
    database_url: str = _setting(
        "VGGWEB_DATABASE_URL",
        "",
        "Any SQLAlchemy URL; empty: SQLite in VGGWEB_DATA. PostgreSQL when several machines share results.",
    )
    broker_url: BrokerUrl = _setting(
        "VGGWEB_BROKER_URL",
        "",
        "Empty: long work runs in this process. redis://…: work goes to Celery workers.",
    )
    weights: str = _setting(
        "VGGWEB_WEIGHTS",
        "auto",
        "auto (Keras's official file if it is in Keras's cache, else the embedded compact weights), compact, "
        "imagenet, or the path of an .h5 file.",
    )
    engine: Engine = _setting(
        "VGGWEB_ENGINE",
        "auto",
        "What computes forward passes: auto (ncnn where it is installed and agrees with Keras, else TensorFlow), ncnn "
        "or tensorflow. Gradients are always TensorFlow's.",
    )
    max_upload_bytes: Count = _setting(
        "VGGWEB_MAX_UPLOAD_BYTES", str(16 * MIB), "Larger request bodies get 413 before they are read; bytes."
    )
    max_pixels: Count = _setting(
        "VGGWEB_MAX_PIXELS", "52000000", "Larger pictures get 413 before they are decoded; pixels."
    )
    max_storage_bytes: Count = _setting(
        "VGGWEB_MAX_STORAGE_BYTES",
        "0",
        "Past it uploads get 507; bytes; 0: no quota. Under 200 MB free on the disk they do as well.",
    )
    result_days: Amount = _setting(
        "VGGWEB_RESULT_DAYS", "0", "Age at which a result expires; days; 0: kept until deleted."
    )
    secret_key: str = _setting(
        "VGGWEB_SECRET_KEY", "", "Signs cookies and tokens; empty: made at random and kept in VGGWEB_DATA."
    )
    rate_limit: RateLimit = _setting("VGGWEB_RATE_LIMIT", "60/minute", "Uploads for one client, such as 60/minute.")
    log_level: LogLevel = _setting("VGGWEB_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    hosts: str = _setting(
        "VGGWEB_HOSTS",
        "",
        "The hosts that links may be built with, with commas between; another one is 400; empty: any.",
    )
    class_address: str = _setting(
        "VGGWEB_CLASS_ADDRESS",
        "",
        "Where whoever opens localhost is sent, so that links work for others; make class sets it.",
    )
    trusted_proxies: Count = _setting(
        "VGGWEB_TRUSTED_PROXIES", "0", "How many proxies in front may set X-Forwarded-For, -Proto, -Host and -Prefix."
    )
    client_pause_seconds: Amount = _setting(
        "VGGWEB_CLIENT_PAUSE_SECONDS",
        "20",
        "A connection that sends or reads nothing for longer in the middle of a request is closed; seconds.",
    )
    client_total_seconds: Amount = _setting(
        "VGGWEB_CLIENT_TOTAL_SECONDS",
        "300",
        "The longest an upload may take to arrive, or a response to be read, however steadily; seconds.",
    )
    prediction_queue: Count = _setting(
        "VGGWEB_PREDICTION_QUEUE",
        "64",
        "Photos that may be at work or wait for the network at once; more get 503 with Retry-After.",
    )
    decoders: Count = _setting(
        "VGGWEB_DECODERS", "2", "Photos that are decoded at once, each in a process of its own of up to 400 MiB."
    )
    job_workers: Count = _setting(
        "VGGWEB_JOB_WORKERS",
        "1",
        "Long computations of each kind that may run at the same time in this process; 1 or more.",
    )
    job_queue: Count = _setting("VGGWEB_JOB_QUEUE", "600", "Long computations that may wait; more get 503.")
    jobs_per_visitor: Count = _setting(
        "VGGWEB_JOBS_PER_VISITOR", "20", "Long computations one visitor may have waiting or running."
    )
    jobs_per_address: Count = _setting(
        "VGGWEB_JOBS_PER_ADDRESS",
        "60",
        "Long computations that all visitors of one network address may have waiting or running.",
    )
    job_timeout_seconds: Amount = _setting(
        "VGGWEB_JOB_TIMEOUT_SECONDS", "900", "A computation that takes longer fails; seconds."
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """The settings that the environment gives, each checked.

        Raises:
            SettingError: a variable holds a value that it cannot have; the message names it.
        """
        environ = os.environ if environ is None else environ
        _check_secret_key(environ.get("VGGWEB_SECRET_KEY"))
        kinds = get_type_hints(cls, include_extras=True)
        settings = cls(**{item.name: _read(item.metadata, kinds[item.name], environ) for item in fields(cls)})
        _check_workers(settings.job_workers, settings.broker_url)
        return settings

    def host_names(self) -> frozenset[str]:
        """The hosts that are answered for, in lower case; none: any."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",") if name.strip())

    def make_data_folder(self) -> None:
        """The data folder exists afterwards.

        Raises:
            SettingError: it cannot be made or written to.
        """
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.data.stat().st_uid == os.geteuid():
                self.data.chmod(0o700)  # photos lie here; nobody else on this computer is to look at them
            (self.data / ".writable").touch()
            (self.data / ".writable").unlink(missing_ok=True)
        except OSError as error:
            raise SettingError(
                f"VGGWEB_DATA names the folder {self.data}, and it cannot be made or written to.",
                "Name a folder that this user may write to.",
            ) from error

    def signing_key(self) -> str:
        """The key that was set, or the random one in the data folder, made the first time.

        Raises:
            SettingError: what lies in the folder is no key, as after a full disk.
        """
        if self.secret_key:
            return self.secret_key
        file = self.data / "secret_key"
        fresh = self.data / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        if not file.exists():
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32), encoding="ascii")
            try:
                file.hardlink_to(fresh)  # of two servers that start at once, one wins and both read its key
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        key = file.read_text(encoding="ascii", errors="replace").strip()
        if len(key) < SHORTEST_KEY:
            raise SettingError(
                "The file secret_key in VGGWEB_DATA holds no key.",
                "Put it back from a backup, or delete it: a new one is made then, and earlier cookies are void.",
            )
        return key


def _read(metadata: Mapping[str, str], kind: Any, environ: Mapping[str, str]) -> Any:
    text = environ.get(metadata["name"], "").strip() or metadata["default"]
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        must = next(one for one in kind.__metadata__ if isinstance(one, Must))
        shown = f" is {text!r}, and" if must.value_is_shown else ""
        raise SettingError(f"{metadata['name']}{shown} must {must.words}.") from error


def _check_secret_key(text: str | None) -> None:
    """One that is set must be a key; a name without a value is more likely a mistake than a wish for a random one."""
    if text is not None and len(text.strip()) < SHORTEST_KEY:
        raise SettingError(
            f"VGGWEB_SECRET_KEY is set and has fewer than {SHORTEST_KEY} characters.",
            "Make one with `openssl rand -hex 32`, or leave the variable out: then one is made and kept.",
        )


def _check_workers(count: int, broker_url: str) -> None:
    if count == 0 and not broker_url:
        raise SettingError(
            "VGGWEB_JOB_WORKERS is 0, and so long computations would wait for ever.",
            "Set it to 1 or more, or name a broker with VGGWEB_BROKER_URL.",
        )
