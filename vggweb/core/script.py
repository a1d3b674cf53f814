"""A script of plain Keras that reproduces a result's numbers on the reader's own computer."""

from collections.abc import Sequence
from string import Template

from vggweb.core.predictions import Prediction
from vggweb.core.weights import WeightsVariant

# The lines of the walk, as the page shows them one by one.
CODE_LINES = {
    "load_img": 'img = load_img("input.png", target_size=(224, 224))',
    "img_to_array": "x = img_to_array(img)",
    "expand_dims": "x = np.expand_dims(x, axis=0)",
    "preprocess_input": "x = preprocess_input(x)",
    "predict": "preds = softmax(model.predict(x))",
    "decode_predictions": "decoded = decode_predictions(preds, top=5)",
}

SOFTMAX = """\
def softmax(logits):
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()

"""

_SCRIPT = Template('''\
"""Reproduces the numbers of $url

Save the model input of that page as input.png beside this script: $url/input.png
$requirements
"""

import numpy as np
$imports
from keras.applications.vgg16 import VGG16, decode_predictions, preprocess_input
from keras.utils import img_to_array, load_img

$model
$softmax

$load_img
$img_to_array
$expand_dims
$preprocess_input
$predict
$decode_predictions

for wnid, label, score in decoded[0]:
    print(f"{label:24} {score:.4f}")

# The page says:
$expected
''')

_COMPACT_REQUIREMENTS = """\
and the two weights files that $weights_url offers.
Needs: pip install tensorflow pillow safetensors"""

_IMAGENET_REQUIREMENTS = "Needs: pip install tensorflow pillow. Keras downloads its weights (553 MB) the first time."

COMPACT_MODEL = """\
# VGG16's convolutions, with the small classifier that answered on the page.
base = VGG16(include_top=False, weights=None, input_shape=(224, 224, 3))
y = keras.layers.Conv2D(1280, 1, name="head_conv")(base.output)
y = keras.layers.ReLU(max_value=6.0)(y)
y = keras.layers.GlobalAveragePooling2D()(y)
y = keras.layers.Dense(1000, name="predictions")(y)
model = keras.Model(base.input, y)
values = load_file("vgg16_conv.safetensors") | load_file("compact_head.safetensors")
for layer in model.layers:
    if layer.weights:
        kernel, bias = values[f"{layer.name}/kernel"], values[f"{layer.name}/bias"]
        layer.set_weights([kernel.reshape(layer.kernel.shape).astype("float32"), bias.astype("float32")])

"""

IMAGENET_MODEL = """\
model = VGG16(weights="imagenet", classifier_activation=None)

"""


def keras_script(*, url: str, weights_url: str, variant: WeightsVariant, predictions: Sequence[Prediction]) -> str:
    """The script's text.

    Args:
        url: the result page's absolute address.
        weights_url: the address where the compact weights' files can be had.
        variant: which weights answered.
        predictions: what the page shows, best first.
    """
    compact = variant == "compact"
    requirements = _COMPACT_REQUIREMENTS if compact else _IMAGENET_REQUIREMENTS
    expected = (f"# {prediction.label:24} {prediction.score:.4f}" for prediction in predictions)
    return _SCRIPT.substitute(
        CODE_LINES,
        softmax=SOFTMAX,
        url=url,
        requirements=requirements.replace("$weights_url", weights_url),
        imports="import keras\nfrom safetensors.numpy import load_file" if compact else "",
        model=COMPACT_MODEL if compact else IMAGENET_MODEL,
        expected="\n".join(expected),
    ).replace("import numpy as np\n\n", "import numpy as np\n")
