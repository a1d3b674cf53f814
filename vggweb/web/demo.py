"""The demo for a projector: the whole way of one photo, one idea a screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, render_template, url_for
from pydantic import Field

from vggweb.core.architecture import IMAGE_SIZE_PX
from vggweb.errors import BadParameterError, BusyError, GoneError, NotFoundError, NotReadyError
from vggweb.services.demo import BLOCK_STEPS, STEPS
from vggweb.services.open_result import OpenResult
from vggweb.services.samples import SAMPLES
from vggweb.web.context import open_result, services
from vggweb.web.responses import json_response, private_page, see_other, wants_json
from vggweb.web.routing import Area, Json, Parameters, Text, WholeNumber
from vggweb.web.sentences.demo import STEP_TITLES
from vggweb.web.sentences.samples import CAPTIONS
from vggweb.web.sentences.whatif import PREPARATIONS

blueprint = Area("demo", __name__)
DEFAULT_SAMPLE = "cat"
MIDDLE = IMAGE_SIZE_PX // 2


class DemoSubject(Parameters):
    """Which photo the demo is told with."""

    sample: Text = Field("", description="A sample's name; `cat` where nothing is named.")
    result: Text = Field("", description="The id of any result.")

    def query(self) -> dict[str, Any]:
        """What an address needs to tell of the same photo."""
        if self.result:
            return {"result": self.result}
        return {"sample": self.sample} if self.sample else {}

    def open(self) -> OpenResult:
        """The result that is shown."""
        if self.result:
            return open_result(self.result)
        return services().sample_results.open(self.sample or DEFAULT_SAMPLE)


class DemoPlace(DemoSubject):
    """Which photo, and which of its pixels is pointed at."""

    row: WholeNumber = Field(MIDDLE, ge=0, le=IMAGE_SIZE_PX - 1, description="Of the pixel, from the top.")
    column: WholeNumber = Field(MIDDLE, ge=0, le=IMAGE_SIZE_PX - 1, description="Of the pixel, from the left.")


@dataclass(frozen=True)
class DemoStep:
    """One screen."""

    name: str
    title: str
    url: str


@dataclass(frozen=True)
class DemoSteps:
    """All screens in their order."""

    steps: list[DemoStep]


ERRORS = (NotFoundError, GoneError, BadParameterError, BusyError, NotReadyError)


@blueprint.get("/demo", reads=DemoSubject, json=Json("The demo's screens", DemoSteps, errors=ERRORS))
def start(asked: DemoSubject) -> Response:
    """The first screen."""
    if wants_json():
        asked.open()
        return json_response(DemoSteps(_steps(asked.query(), absolute=True)))
    return see_other(_address(asked.query(), STEPS[0]))


@blueprint.get("/demo/<step>", reads=DemoPlace)
def show(step: str, asked: DemoPlace) -> Response:
    """One screen."""
    result = asked.open()
    facts = services().demo.facts(result, step, row=asked.row, column=asked.column)
    number = STEPS.index(step)
    template = "block" if step in BLOCK_STEPS else step
    return private_page(
        render_template(
            f"demo/{template}.html",
            facts=facts,
            result=result.describe(),
            step=step,
            number=number + 1,
            title=STEP_TITLES[step],
            steps=_steps(asked.query()),
            before=STEPS[number - 1] if number else None,
            after=STEPS[number + 1] if number + 1 < len(STEPS) else None,
            address_of=partial(_address, asked.query()),
            picture=partial(_picture, result.id),
            subject=asked.query(),
            samples=SAMPLES,
            captions=CAPTIONS,
            preparations=PREPARATIONS,
            is_private=bool(asked.result),
            cell_address=_cell_address(result, facts),
        )
    )


def _steps(query: Mapping[str, Any], *, absolute: bool = False) -> list[DemoStep]:
    return [
        DemoStep(name, str(STEP_TITLES[name]), url_for("demo.show", step=name, _external=absolute, **query))
        for name in STEPS
    ]


def _address(query: Mapping[str, Any], step: str) -> str:
    return url_for("demo.show", step=step, **query)


def _picture(result_id: str, path: str) -> str:
    return f"{url_for('results.show', result_id=result_id)}/{path}"


def _cell_address(result: OpenResult, facts: Mapping[str, object]) -> str | None:
    cell = facts.get("cell")
    if cell is None:
        return None
    return url_for(
        "cells.show",
        result_id=result.id,
        layer_name=cell.layer.name,  # type: ignore[attr-defined]
        channel=cell.channel,  # type: ignore[attr-defined]
        row=cell.row,  # type: ignore[attr-defined]
        column=cell.column,  # type: ignore[attr-defined]
    )
