"""Celery carries the call "there is work" to worker processes; which, and who holds it, stands in the database.

There is a queue of Celery's for each line of jobs, ``quick`` and ``heavy``: ``-Q quick`` starts a worker for one line.
"""

import logging
import ssl
from collections.abc import Callable

from celery import Celery
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from vggweb.errors import SettingError
from vggweb.jobs.records import LINES, Line

logger = logging.getLogger(__name__)
TASK = "vggweb.run_next"
MOST_UNREAD_MESSAGES = 100  # in a queue; each is read within seconds, and what is missing is sent then
BROKER_TIMEOUT_SECONDS = 3.0
UNREACHABLE = (OperationalError, RedisError, OSError)  # Kombu passes some of Redis's errors on as they are


def make_celery(broker_url: str, *, concurrency: int = 1) -> Celery:
    """The Celery application of the web's and of the workers' processes.

    Args:
        broker_url: ``redis://…`` or ``rediss://…``.
        concurrency: how many jobs a worker process runs at once.

    Raises:
        SettingError: the address cannot be read.
    """
    app = Celery("vggweb", broker=broker_url, set_as_current=False)
    app.conf.update(
        worker_pool="threads",  # TensorFlow does not survive a fork, and threads share one network
        worker_concurrency=concurrency,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,  # a message that a busy worker holds back could wake an idle one
        worker_cancel_long_running_tasks_on_connection_loss=False,  # the hold on a job is in the database
        task_queues=[Queue(line) for line in LINES],
        task_default_queue="heavy",
        task_acks_late=True,
        task_ignore_result=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever: Redis will be there again some time
        broker_transport_options={
            "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
            "max_retries": 1,  # of those who send; the default is for ever
            "interval_start": 0,
        },
    )
    if broker_url.startswith("rediss://") and "ssl_cert_reqs" not in broker_url:
        app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}  # Kombu would take any certificate
    _check_address(app)
    return app


class WorkerWaker:
    """Sends messages that wake workers: one for each job that waits, less those that nobody has read yet.

    Comparing the two numbers again and again, instead of sending when a job is asked for, makes up for messages that
    were lost: with a worker that died, a Redis that forgot them or was away, or a server that stopped in between.
    """

    def __init__(self, app: Celery, count_waiting: Callable[[Line], int]) -> None:
        self._app = app
        self._count_waiting = count_waiting
        self._reached: bool | None = None  # not tried yet

    def wake(self) -> bool:
        """Sends what is missing, or warns that the broker is away. False: there is nothing more to do now."""
        waiting = {line: min(self._count_waiting(line), MOST_UNREAD_MESSAGES) for line in LINES}
        if self._reached and not any(waiting.values()):
            return False
        try:
            with self._app.connection_for_write() as connection:
                for line, count in waiting.items():
                    self._send(line, count - _count_unread(connection, line), connection)
        except UNREACHABLE as error:
            self._note(reached=False, reason=str(error))
        else:
            self._note(reached=True)
        return False

    def _send(self, line: Line, count: int, connection: Connection) -> None:
        for _ in range(count):
            self._app.send_task(TASK, (line,), queue=line, connection=connection, retry=False)

    def _note(self, *, reached: bool, reason: str = "") -> None:
        """Logs a change, not every try."""
        if not reached and self._reached is not False:
            logger.warning(
                "The broker that VGGWEB_BROKER_URL names cannot be reached: long computations wait until it can. %s",
                reason,
            )
        if reached and self._reached is False:
            logger.warning("The broker can be reached again.")
        self._reached = reached


def _count_unread(connection: Connection, line: Line) -> int:
    """How many messages of a line no worker has taken yet; connects if need be."""
    return int(connection.default_channel.queue_declare(queue=line).message_count)


def _check_address(app: Celery) -> None:
    """Reads the address as a connection would, without connecting."""
    try:
        connection = app.connection_for_write()
        int(connection.virtual_host.strip("/") or 0)
    except ValueError as error:
        raise SettingError("VGGWEB_BROKER_URL must read like redis://host:6379/0.") from error
