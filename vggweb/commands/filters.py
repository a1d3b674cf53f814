"""``flask filters …``: pictures of what filters like."""

from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from vggweb.commands.common import says_errors, services, write_file
from vggweb.config import Settings
from vggweb.core.architecture import CONVOLUTIONS, find_convolution
from vggweb.core.gallery import FOLDER as GALLERY_FOLDER
from vggweb.core.optvis.drawing import DrawingRequest
from vggweb.core.optvis.objectives import Channel
from vggweb.core.optvis.recipes import DEFAULT_RECIPE, LARGEST_SEED, RECIPES, RecipeName
from vggweb.core.weights.compact import CompactWeights

FILTERS_AT_ONCE = 4  # in block1 and block2, where a step is short; deeper, a batch takes longer than one by one
DEEPEST_BATCHED_BLOCK = 2

filters = AppGroup("filters", help="Pictures of what filters like.")


@filters.command()
@click.argument("layer")
@click.argument("index", type=int, metavar="N")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Default: LAYER-N.png.")
@click.option("--recipe", type=click.Choice(RECIPES), default=DEFAULT_RECIPE, show_default=True)
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True)
@says_errors
def render(layer: str, index: int, output: Path | None, recipe: RecipeName, seed: int) -> None:
    """Draw what filter N of LAYER likes, keep it, and write it as PNG."""
    use_cases = services()
    wanted = DrawingRequest(Channel(layer, index), recipe, seed)
    wanted.check()
    with tqdm(desc=f"{layer} {index}", unit="step", disable=None) as bar:

        def show(step: int, steps: int, _value: float, _picture: object) -> None:
            bar.total = steps
            bar.update(step - bar.n)

        data = use_cases.drawings.draw_now(wanted, use_cases.model_host.load(), on_step=show)
    target = output or Path(f"{layer}-{index}.png")
    write_file(target, data)
    facts = use_cases.drawings.facts(wanted)
    dark = " The filter stayed dark." if facts and facts.dark else ""
    click.echo(f"{target}{dark}")


@filters.command()
@click.argument("layer")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Also write the sheet here.")
@click.option("--recipe", type=click.Choice(RECIPES), default=DEFAULT_RECIPE, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Draw so many at most, then stop.")
@says_errors
def sheet(layer: str, output: Path | None, recipe: RecipeName, limit: int | None) -> None:
    """Draw every filter of LAYER that has not been drawn; interrupted, it goes on where it stopped."""
    use_cases = services()
    found = find_convolution(layer)
    missing = use_cases.drawings.missing(found, recipe)[:limit]
    model = use_cases.model_host.load()
    with tqdm(total=len(missing), desc=layer, unit="filter", disable=None) as bar:
        at_once = FILTERS_AT_ONCE if found.block <= DEEPEST_BATCHED_BLOCK else 1
        for start in range(0, len(missing), at_once):
            some = missing[start : start + at_once]
            use_cases.drawings.draw_several_now(found, some, recipe, model)
            bar.update(len(some))
    left = len(use_cases.drawings.missing(found, recipe))
    click.echo(f"{layer}: {found.channels - left} of {found.channels} filters are drawn.")
    if output:
        write_file(output, use_cases.drawings.sheet_webp(found, recipe))


@filters.command(with_appcontext=False)
@click.option("--layer", "names", multiple=True, metavar="LAYER", help="Only this one; may be given several times.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=GALLERY_FOLDER, help="For the sheets."
)
@click.option("--work-folder", type=click.Path(file_okay=False, path_type=Path), help="For finished tiles.")
@says_errors
def gallery(names: tuple[str, ...], folder: Path, work_folder: Path | None) -> None:
    """Draw the sheets that ship with the project; interrupted, it goes on where it stopped."""
    from vggweb.core.gallery.sheets import draw_sheet  # TensorFlow
    from vggweb.core.model import load_model

    layers = [find_convolution(name) for name in names] or CONVOLUTIONS
    work_folder = work_folder or Settings.from_environ().data / "gallery"
    model = load_model(CompactWeights())
    for layer in layers:
        with tqdm(total=layer.channels, desc=layer.name, unit="filter", disable=None) as bar:
            draw_sheet(model, layer, work_folder=work_folder, folder=folder, on_tiles=bar.update)
        click.echo(f"{layer.name}: the sheet of {layer.channels} filters is written.")
