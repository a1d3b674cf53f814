"""In which numbers drawings are computed: bfloat16 halves the time where the processor multiplies it, else it costs."""

from functools import cache
from pathlib import Path

CPU_FACTS = Path("/proc/cpuinfo")
MULTIPLIES_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16"})  # Linux's names for the instructions


@cache
def multiplies_bfloat16(cpu_facts: Path = CPU_FACTS) -> bool:
    """Whether this processor has instructions for bfloat16; False where Linux does not say so."""
    try:
        lines = cpu_facts.read_text().splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not MULTIPLIES_BFLOAT16.isdisjoint(flags.split())
