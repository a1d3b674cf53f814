"""The words for the arrays that travel through the program, one type each.

NumPy's types cannot hold shapes, so the shapes stand here, once.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Photo: TypeAlias = NDArray[np.uint8]  # (H, W, 3) RGB as sent, upright
Image: TypeAlias = NDArray[np.uint8]  # (224, 224, 3) RGB, the exact model input before preprocessing
Batch: TypeAlias = NDArray[np.float32]  # (n, 224, 224, 3) BGR, ImageNet's mean subtracted
Logits: TypeAlias = NDArray[np.float32]  # (1000,) before softmax
Probabilities: TypeAlias = NDArray[np.float32]  # (1000,) after softmax, sums to 1
Activation: TypeAlias = NDArray[np.float32]  # (h, w, channels), one layer's output for one photo
FeatureMap: TypeAlias = NDArray[np.float32]  # (h, w), one channel of an activation
HeatMap: TypeAlias = NDArray[np.float32]  # (h, w) in [0, 1]
Picture: TypeAlias = NDArray[np.uint8]  # (h, w, 3) RGB, something to look at
