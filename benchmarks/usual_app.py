"""The usual small Flask app around a Keras model, as a baseline: one global model, ``model.predict`` in the view.

It stores nothing, shows nothing and checks nothing. Its weights are those of ours, so that only the way differs.
"""

import io

from flask import Flask, request

from vggweb.core.keras_vgg16 import build_keras_model
from vggweb.core.tensorflow_import import keras
from vggweb.core.weights.compact import CompactWeights

app = Flask(__name__)
model = build_keras_model(CompactWeights())


@app.get("/readyz")
def ready() -> str:
    return "yes"


@app.post("/results")
def classify() -> tuple[dict[str, object], int]:
    photo = keras.utils.load_img(io.BytesIO(request.files["photo"].read()), target_size=(224, 224))
    batch = keras.applications.vgg16.preprocess_input(keras.utils.img_to_array(photo)[None])
    logits = model.predict(batch, verbose=0)[0]
    best = logits.argsort()[::-1][:5]
    return {"predictions": [{"class_index": int(index), "logit": float(logits[index])} for index in best]}, 201
