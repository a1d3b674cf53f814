"""What people ask about all this, each answered with a live example."""

from flask import Response, make_response, render_template

from vggweb.core.architecture import FULL_PARAMETERS
from vggweb.core.classes import CLASS_COUNT, all_classes
from vggweb.core.preprocessing import MEAN_BGR
from vggweb.core.softmax_table import softmax_table
from vggweb.services.whatif import best_of
from vggweb.web.context import services
from vggweb.web.routing import Area
from vggweb.web.sentences.whatif import PREPARATIONS

blueprint = Area("questions", __name__)
ANIMAL, PERSON = "cat", "astronaut"  # the samples that the answers are told by


@blueprint.get("/questions")
def show() -> Response:
    """The questions and their answers."""
    animal, person = (services().sample_results.open(name) for name in (ANIMAL, PERSON))
    return make_response(
        render_template(
            "pages/questions.html",
            animal=animal.describe(),
            person=person.describe(),
            pixel=[round(float(value), 3) for value in animal.batch[0, 0, 0]],
            rgb=animal.image[0, 0].tolist(),
            mean=[round(float(value), 3) for value in MEAN_BGR],
            table=softmax_table(animal.logits, count=2),
            variants={one.preparation.name: best_of(one) for one in services().what_if.variants(animal)},
            preparations=PREPARATIONS,
            total=CLASS_COUNT,
            dogs=sum("dog" in entry.hypernyms for entry in all_classes()),
            full_parameters=FULL_PARAMETERS,
        )
    )
