"""What a filter likes: pictures that excite one filter, a mix of two, or a class (activation maximisation).

Four questions, four files: `param` how a picture is held, `transforms` what it must withstand, `objectives` what
is climbed, `render` how it is drawn. `natural` and `classic` are the two recipes, `recipes` their words and numbers.
"""

from vggweb.core.optvis.recipes import RECIPES, Recipe, RecipeName, canvas_px, check_recipe, steps
from vggweb.core.optvis.render import (
    Drawing,
    OnStep,
    draw_class,
    draw_diverse,
    draw_filter,
    draw_filters,
    draw_mix,
)

__all__ = [
    "RECIPES",
    "Drawing",
    "OnStep",
    "Recipe",
    "RecipeName",
    "canvas_px",
    "check_recipe",
    "draw_class",
    "draw_diverse",
    "draw_filter",
    "draw_filters",
    "draw_mix",
    "steps",
]
