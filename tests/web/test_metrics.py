"""The numbers for Prometheus: what is counted, and that no label is a key to anybody's photo."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from tests.web.uploads import make_result, upload
from vggweb.decoding.reader import REASONS


def numbers(client: FlaskClient) -> dict[str, float]:
    """Every sample by its name and labels, such as ``vggweb_step_seconds_count predict``."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {" ".join([one.name, *one.labels.values()]): one.value for family in families for one in family.samples}


def test_an_upload_is_counted_with_the_time_of_each_of_its_steps(client: FlaskClient) -> None:
    before = numbers(client)
    make_result(client)
    after = numbers(client)
    for step in ("decode", "wait", "predict", "keep"):
        name = f"vggweb_step_seconds_count {step}"
        assert after[name] == before[name] + 1
        assert after[f"vggweb_step_seconds_sum {step}"] > before[f"vggweb_step_seconds_sum {step}"]
    assert after["vggweb_kept_bytes"] > before["vggweb_kept_bytes"]


def test_a_refusal_is_counted_under_its_code_and_not_as_a_prediction(client: FlaskClient) -> None:
    upload(client, b"no picture")
    counted = numbers(client)
    assert counted["vggweb_refusals_total not_an_image"] == 1
    assert counted["vggweb_step_seconds_count predict"] == 0


def test_lines_and_streams_are_there_from_the_start(client: FlaskClient) -> None:
    counted = numbers(client)
    for name in ("vggweb_waiting predictions", "vggweb_waiting pages", "vggweb_event_streams", "vggweb_jobs_waiting"):
        assert counted[name] == 0


def test_no_label_holds_a_results_id_or_an_invented_path(client: FlaskClient) -> None:
    made = make_result(client)
    client.get(made["url"])
    client.get("/invented/path", headers={"X-Request-ID": "invented-id"})
    text = client.get("/metrics").text
    assert made["id"] not in text
    assert "invented" not in text


def test_decoding_is_counted_with_the_processes_that_had_to_be_ended(client: FlaskClient) -> None:
    before = numbers(client)
    make_result(client)
    after = numbers(client)
    assert after["vggweb_decoded_photos"] == before["vggweb_decoded_photos"] + 1
    assert after["vggweb_decode_seconds"] > before["vggweb_decode_seconds"]
    for reason in REASONS:  # an ordinary photo ends none
        assert after[f"vggweb_decoders_ended {reason}"] == before[f"vggweb_decoders_ended {reason}"]
