"""Keras's official ImageNet weights file: found, checked and loaded. (Being written.)"""

from pathlib import Path

import keras

from vggweb.core.weights import WeightsChoice, WeightsInfo


def choose_weights(setting: str, *, keras_home: Path | None = None) -> WeightsChoice:
    raise NotImplementedError


def imagenet_info(choice: WeightsChoice, parameter_count: int) -> WeightsInfo:
    raise NotImplementedError


def load_imagenet_weights(network: keras.Model, choice: WeightsChoice) -> None:
    raise NotImplementedError
