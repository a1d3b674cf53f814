"""bfloat16 is taken only where the processor says that it multiplies it."""

from pathlib import Path

import pytest

from vggweb.core.optvis.precision import multiplies_bfloat16


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 sse4_1\n", True),
        ("flags : fpu amx_bf16\n", True),
        ("flags : fpu avx2 avx512f avx512_vnni\n", False),
        ("model name : avx512_bf16\nflags : fpu\n", False),
        ("Features : fp asimd bf16\n", False),
    ],
)
def test_the_processors_flags_decide(tmp_path: Path, facts: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(facts)
    assert multiplies_bfloat16(tmp_path / "cpuinfo") is expected


def test_without_that_file_it_is_not_taken(tmp_path: Path) -> None:
    assert multiplies_bfloat16(tmp_path / "missing") is False
