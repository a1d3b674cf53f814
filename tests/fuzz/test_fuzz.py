"""Two hundred bad files and odd requests, each time the same ones, meet a server and get an answer from it."""

import random
from pathlib import Path

import pytest

from tests.documents import none_of
from tests.fuzz.__main__ import complaints
from tests.fuzz.bombs import BOMBS, Bomb
from tests.fuzz.cases import Upload, case
from tests.fuzz.mutations import MOST_BYTES, MUTATIONS, Mutation, mutant
from tests.fuzz.rules import addresses
from tests.fuzz.run import SETTINGS, Answer, Report, run
from tests.servers import running_server

CASES = 200
RULES = ["/", "/r/<result_id>", "/layers/<layer>/filters/<n>"]


def test_hundreds_of_bad_files_and_odd_requests_are_answered(tmp_path: Path) -> None:
    with running_server(tmp_path, **SETTINGS) as server:
        report = run(server, addresses(), seed=2026, cases=CASES, seconds=500)
    assert len(report.answers) == CASES
    none_of(f"case {one.number} ({one.origin}): {one.status} {one.code}" for one in report.faults())
    seen = {one.status for one in report.answers}
    assert {201, 404, 415, 422} <= seen  # some mutants are still pictures, and the others fail in more than one way


def test_a_case_is_the_same_every_time() -> None:
    assert [case(7, number, RULES) for number in range(50)] == [case(7, number, RULES) for number in range(50)]
    assert case(7, 1, RULES) != case(8, 1, RULES)


@pytest.mark.parametrize("mutation", set(MUTATIONS), ids=lambda one: one.__name__)
def test_a_mutation_changes_a_file_and_bears_an_empty_one(mutation: Mutation) -> None:
    data = bytes(range(256)) * 8
    assert any(mutation(data, random.Random(number)) != data for number in range(5))
    assert isinstance(mutation(b"", random.Random(0)), bytes)


def test_no_mutant_grows_beyond_all_bounds() -> None:
    sizes = [len(mutant(bytes(100_000), random.Random(number))) for number in range(200)]
    assert max(sizes) <= MOST_BYTES


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda one: one.__name__)
def test_a_bomb_is_small(bomb: Bomb) -> None:
    assert 10 < len(bomb(random.Random(3))) < 16 * 1024 * 1024


def test_faults_slowness_and_memory_are_complained_of() -> None:
    def report(*, status: int = 415, seconds: float = 1.0, after: int = 100, peak: int = 100) -> Report:
        return Report([Answer(0, "png", status, "", seconds)], before_bytes=100, after_bytes=after, peak_bytes=peak)

    assert complaints(report()) == complaints(report(status=503)) == []
    for wrong in (report(status=500), report(status=0), report(seconds=7), report(after=111), report(peak=2**31)):
        assert len(complaints(wrong)) == 1


def test_a_case_holds_files_and_requests() -> None:
    kinds = [isinstance(case(1, number, RULES), Upload) for number in range(60)]
    assert 0 < sum(kinds) < len(kinds)
