"""The sample photos, with who made them (static/samples/CREDITS.md)."""

from dataclasses import dataclass

from vggweb.errors import BadParameterError
from vggweb.folders import STATIC

FOLDER = STATIC / "samples"


@dataclass(frozen=True)
class Sample:
    """A photo that comes with the site."""

    name: str
    credit: str
    licence: str

    def read(self) -> bytes:
        """The file's bytes."""
        return (FOLDER / f"{self.name}.jpg").read_bytes()


SAMPLES = (
    Sample("cat", "Stéfan van der Walt", "CC0"),
    Sample("coffee", "Rachel Michetti", "CC0"),
    Sample("temple", "danielbuechele", "CC BY 2.0"),
    Sample("flower", "vultilion", "CC BY 2.0"),
    Sample("rocket", "SpaceX", "CC0"),
    Sample("officer", "US Navy", "public domain"),
    Sample("astronaut", "NASA", "public domain"),
)


def find_sample(name: str) -> Sample:
    """The sample of that name.

    Raises:
        BadParameterError: there is none; the message lists them.
    """
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    raise BadParameterError("%(name)s can be %(values)s.", name="sample", values=", ".join(one.name for one in SAMPLES))
