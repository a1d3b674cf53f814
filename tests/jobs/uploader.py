"""A server that gets uploads without a photo: ``python -m tests.jobs.uploader COUNT`` prints their statuses."""

import sys

from vggweb.config import Settings
from vggweb.startup import build_services
from vggweb.web import create_app


def main(count: int) -> None:
    settings = Settings.from_environ()
    settings.make_data_folder()
    services = build_services(settings)
    client = create_app(settings, services=services).test_client(use_cookies=False)
    print(*(client.post("/results").status_code for _ in range(count)))  # noqa: T201 - the test reads it
    services.store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
