"""The sample photos, with what they show and who made them (static/samples/CREDITS.md)."""

from dataclasses import dataclass

from vggweb.errors import BadParameterError
from vggweb.folders import STATIC

FOLDER = STATIC / "samples"


@dataclass(frozen=True)
class Sample:
    """A photo that comes with the site."""

    name: str
    title: str
    alt: str
    credit: str
    licence: str
    word: str

    def read(self) -> bytes:
        """The file's bytes."""
        return (FOLDER / f"{self.name}.jpg").read_bytes()


SAMPLES = (
    Sample(
        "cat",
        "Chelsea the cat",
        "A tabby cat looks into the camera",
        "Stéfan van der Walt",
        "CC0",
        "an easy one",
    ),
    Sample(
        "coffee",
        "A cup of coffee",
        "A red cup of espresso on a wooden table",
        "Rachel Michetti",
        "CC0",
        "an easy one",
    ),
    Sample(
        "temple",
        "A Chinese temple",
        "A temple with three curved roofs above a lake",
        "danielbuechele",
        "CC BY 2.0",
        "close enough",
    ),
    Sample(
        "flower", "A flower", "An orange dahlia before dark green leaves", "vultilion", "CC BY 2.0", "no word for it"
    ),
    Sample("rocket", "A rocket", "A rocket on its launch pad", "SpaceX", "CC0", "wrong, and fairly sure"),
    Sample("officer", "Grace Hopper", "A woman in naval uniform", "US Navy", "public domain", "sure, of a detail"),
    Sample(
        "astronaut",
        "Eileen Collins",
        "An astronaut in an orange suit before a model of a space shuttle",
        "NASA",
        "public domain",
        "no word for a person",
    ),
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
