"""A web node in a process of its own, which asks itself for pages and says in JSON what came back.

``python -m tests.jobs.node``, with the settings in the environment. It draws three filters that take long, then asks
for what needs gradients until it is there, and then for every other kind of page.
"""

import json
import sys
import time
from typing import Any

from flask.testing import FlaskClient

from tests.web.uploads import JSON, make_result
from vggweb.web import create_app

CLASS_INDEX = 285
QUICK = (f"why/saliency/{CLASS_INDEX}", f"why/grad_cam/{CLASS_INDEX}?layer=block4_conv2")
PAGES = (
    f"why/grad_cam/{CLASS_INDEX}",
    f"why/saliency/{CLASS_INDEX}",
    f"why/saliency/{CLASS_INDEX}.png",
    "",
    "whatif",
    "layers/block3_conv1",
    "layers/block3_conv1/5",
    "layers/block3_conv1/5/3/3",
    "download.zip",
    "card.png",
)
OTHER_PAGES = ("/", "/layers", "/layers/block1_conv1", "/layers/block3_conv1/filters/5", "/model", "/readyz")
PATIENCE_SECONDS = 90


def ask_until_there(client: FlaskClient, address: str) -> tuple[list[int], Any]:
    """The statuses on the way, each once, and the answer."""
    statuses: list[int] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        response = client.get(address, headers=JSON)
        if response.status_code not in statuses:
            statuses.append(response.status_code)
        if response.status_code != 202:
            return statuses, response.get_json()
    return statuses, None


def main() -> None:
    """Writes one line of JSON."""
    client = create_app().test_client()
    result = f"/r/{make_result(client)['id']}/"
    drawn = [client.post(f"/layers/block5_conv3/filters/{n}", headers=JSON).get_json()["id"] for n in range(3)]
    answers = {address: ask_until_there(client, result + address) for address in QUICK}
    states = [client.get(f"/jobs/{job_id}", headers=JSON).get_json()["state"] for job_id in drawn]
    addresses = [(result + page).rstrip("/") for page in PAGES] + list(OTHER_PAGES)
    said = {
        "answers": answers,
        "heavy": states,
        "statuses": {address: client.get(address).status_code for address in addresses},
        "tensorflow": "tensorflow" in sys.modules,
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
