"""A result as its page shows it: its numbers with the sentences that belong to them."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from vggweb.core.rendering import CHANNEL_LIMIT
from vggweb.core.script import CODE_LINES, keras_script
from vggweb.core.walkthrough import Step
from vggweb.services.open_result import OpenResult
from vggweb.services.result import Result
from vggweb.web import visitors
from vggweb.web.context import services
from vggweb.web.formatters import class_words, percent
from vggweb.web.sentences import result as sentences
from vggweb.web.sentences.weights import variant_note


@dataclass(frozen=True)
class ShownStep:
    """A step of the walk with its line of code and its explanation."""

    step: Step
    code: str
    explanation: Markup


def result_page(opened: OpenResult, *, top: int) -> str:
    """The HTML of a result's page, with so many predictions."""
    result = opened.describe(top=top)
    methods = sentences.RESIZE_METHODS
    return render_template(
        "pages/result.html",
        result=result,
        url=url_for("results.show", result_id=result.id, _external=True),
        preview_url=url_for("results.preview_jpg", result_id=result.id, _external=True),
        social_description=_social_description(result),
        is_mine=opened.is_owned_by(visitors.known_owner()),
        answered_note=variant_note(result.model, services().model_host.choice),
        certainty_note=sentences.CERTAINTIES[result.certainty],
        resize_method=methods[result.resize],
        other_preparations=[method for name, method in methods.items() if name != result.resize],
        channel_limit=CHANNEL_LIMIT,
        channel_names=sentences.CHANNEL_NAMES,
        channel_alts=sentences.CHANNEL_ALTS,
        channel_scale_note=sentences.channel_scale(),
        steps=[ShownStep(one, CODE_LINES[one.name], sentences.step_explanation(one.name)) for one in result.steps],
        script=script(result),
        expires_at=result.expires_at,
        more=_look_further(result),
    )


def script(result: Result) -> str:
    """The Keras script that gives the result's numbers again."""
    return keras_script(
        url=url_for("results.show", result_id=result.id, _external=True),
        weights_url=url_for("model.show", _external=True),
        variant=result.model.variant,
        predictions=result.predictions,
    )


def _social_description(result: Result) -> str:
    best = result.predictions[0]
    words, score = class_words(best.class_index), percent(best.score)
    return str(
        _("VGG16 says %(words)s, %(score)s. See every step from the photo to the words.", words=words, score=score)
    )


def _look_further(result: Result) -> list[tuple[str, str, str]]:
    """Where a result's page leads on to: title, address, a sentence."""
    best = result.predictions[0]
    return [
        (
            _("The whole way as a demo"),
            url_for("demo.show", step="photo", result=result.id),
            _("One idea a screen, for a projector."),
        ),
        (
            _("What each layer saw"),
            url_for("layers.maps", result_id=result.id, layer_name="block1_conv2"),
            _("The feature maps of all 13 convolutions and 5 poolings, for this photo."),
        ),
        (
            _("Why “%(words)s”?", words=class_words(best.class_index)),
            url_for("why.why", result_id=result.id, method="grad_cam", class_index=best.class_index),
            _("Which part of the photo spoke for it, and for any other word."),
        ),
        (
            _("What if?"),
            url_for("why.whatif", result_id=result.id),
            _("The same photo prepared in other ways, and how the answer changes."),
        ),
    ]
