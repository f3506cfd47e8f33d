"""
Writes fixtures/layers-models/: small models as Keras 2 and Keras 3 write them, with the logits that Keras computes
and the gradients of the cross-entropy by the input. Weights and inputs follow a formula and are not stored.

    pip install keras==3.15.1 tf_keras==2.21.0 tensorflow-cpu h5py
    python benchmarks/oracles/layers_models.py fixtures/layers-models
"""

import io
import json
import os
import sys
import tempfile
import warnings
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np
import tensorflow as tf
import tf_keras

VECTOR, LINE, IMAGE = (6,), (5, 3), (5, 4, 2)


def numbers(shape, offset, least):
    """Numbers between least and least + 1 that look random; test/models/layers-model/fixture.ts makes the same."""
    count = int(np.prod(shape))
    return (((np.arange(count) * 37 + offset) % 101) / 101 + least).astype(np.float32).reshape(shape)


def activations(k, version):
    names = ["hard_sigmoid", "elu", "selu", "softplus", "softsign", "swish", "gelu", "mish", "exponential"]
    if version == 3:
        names += ["hard_silu", "leaky_relu", "relu6", "celu", "hard_tanh", "tanh_shrink", "log_sigmoid", "soft_shrink"]
        names += ["hard_shrink", "squareplus", "sparse_sigmoid", "sparse_plus", "silu", "log_softmax"]
    for name in names:
        yield f"activation {name}", VECTOR, [k.layers.Activation(name)]


def layers(k, version):
    l = k.layers
    slope = "negative_slope" if version == 3 else "alpha"
    yield "LeakyReLU by default", VECTOR, [l.LeakyReLU()]
    yield "LeakyReLU", VECTOR, [l.LeakyReLU(**{slope: 0.1})]
    yield "ReLU with all settings", VECTOR, [l.ReLU(max_value=0.6, negative_slope=0.2, threshold=0.1)]
    yield "ELU", VECTOR, [l.ELU(alpha=0.7)]
    yield "PReLU", IMAGE, [l.PReLU(shared_axes=[1, 2])]
    yield "Softmax along rows", LINE, [l.Softmax(axis=1)]
    yield "a layer as activation", VECTOR, [l.Dense(4, activation=l.LeakyReLU(**{slope: 0.2}))]
    yield "BatchNormalization", IMAGE, [l.BatchNormalization()]
    yield "BatchNormalization along rows", IMAGE, [l.BatchNormalization(axis=1, scale=False)]
    yield "LayerNormalization", IMAGE, [l.LayerNormalization()]
    yield "LayerNormalization along two axes", IMAGE, [l.LayerNormalization(axis=[1, 2], center=False)]
    yield "Normalization", IMAGE, [l.Normalization(mean=[0.1, 0.2], variance=[0.5, 2.0])]
    yield "Normalization, inverted", IMAGE, [l.Normalization(mean=0.1, variance=0.5, axis=None, invert=True)]
    yield "Rescaling by channels", IMAGE, [l.Rescaling(scale=[0.5, 2.0], offset=[0.1, 0.2])]
    yield "Conv1D, causal", LINE, [l.Conv1D(2, 3, padding="causal", dilation_rate=2)]
    yield "Conv2D in groups", IMAGE, [l.Conv2D(4, 3, groups=2, padding="same", strides=2)]
    yield "DepthwiseConv1D", LINE, [l.DepthwiseConv1D(2, depth_multiplier=2, activation="hard_sigmoid")]
    yield "DepthwiseConv2D", IMAGE, [l.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2)]
    yield "DepthwiseConv2D, dilated", IMAGE, [l.DepthwiseConv2D(2, dilation_rate=2)]
    yield "SeparableConv1D", LINE, [l.SeparableConv1D(2, 3, padding="same", depth_multiplier=2)]
    yield "SeparableConv2D", IMAGE, [l.SeparableConv2D(3, 3)]
    yield "Conv1DTranspose", LINE, [l.Conv1DTranspose(2, 3, strides=2, padding="same")]
    yield "Conv2DTranspose", IMAGE, [l.Conv2DTranspose(2, 3, strides=2)]
    yield "Conv2DTranspose, output padding", IMAGE, [l.Conv2DTranspose(2, 3, strides=3, padding="same", output_padding=1)]
    yield "Conv2DTranspose, valid output padding", IMAGE, [l.Conv2DTranspose(2, 2, strides=3, output_padding=(2, 1))]
    yield "pooling, same", IMAGE, [l.AveragePooling2D(2, padding="same"), l.MaxPooling2D(2, strides=1, padding="same")]
    yield "GlobalAveragePooling2D, axes kept", IMAGE, [l.GlobalAveragePooling2D(keepdims=True)]
    yield "axes of a line", LINE, [l.ZeroPadding1D((1, 2)), l.Cropping1D((0, 1)), l.UpSampling1D(2)]
    yield "UpSampling2D, bilinear", IMAGE, [l.UpSampling2D((2, 3), interpolation="bilinear")]
    yield "UpSampling2D", IMAGE, [l.UpSampling2D((2, 3))]
    yield "Resizing to more", IMAGE, [l.Resizing(7, 9)]
    yield "Resizing to less", IMAGE, [l.Resizing(2, 3)]
    yield "Resizing, nearest", IMAGE, [l.Resizing(8, 3, interpolation="nearest")]
    yield "Resizing, cropped", IMAGE, [l.Resizing(3, 6, crop_to_aspect_ratio=True)]
    if version == 3:
        yield "Resizing, padded", IMAGE, [l.Resizing(3, 6, pad_to_aspect_ratio=True, fill_value=0.5)]
    yield "CenterCrop", IMAGE, [l.CenterCrop(2, 3)]
    yield "CenterCrop of more", IMAGE, [l.CenterCrop(7, 3)]
    if version == 2:
        yield "RandomCrop", IMAGE, [l.RandomCrop(3, 3)]
    augmentation = [l.RandomFlip(), l.RandomRotation(0.1), l.RandomZoom(0.1), l.RandomContrast(0.1), l.GaussianNoise(0.1)]
    yield "augmentation", IMAGE, [*augmentation, l.SpatialDropout2D(0.5), l.Dropout(0.5)]
    yield "SimpleRNN", LINE, [l.SimpleRNN(3, go_backwards=True, return_sequences=True)]
    yield "LSTM", LINE, [l.LSTM(3, return_sequences=True), l.LSTM(2, recurrent_activation="hard_sigmoid")]
    yield "GRU", LINE, [l.GRU(3)]
    yield "GRU, reset before", LINE, [l.GRU(3, reset_after=False, return_sequences=True)]
    yield "RNN of two cells", LINE, [l.RNN([l.LSTMCell(2), l.GRUCell(3)])]
    yield "Bidirectional", LINE, [l.Bidirectional(l.GRU(2, return_sequences=True))]
    yield "Bidirectional, multiplied", LINE, [l.Bidirectional(l.LSTM(2), merge_mode="mul")]
    yield "TimeDistributed", LINE, [l.TimeDistributed(l.Dense(2, activation="tanh"))]
    yield "Masking", LINE, [l.Masking(0.5), l.Dense(2)]
    line_of_one = [l.Conv1D(1, 1), l.ReLU(), l.Masking()]
    yield "masked LSTM", LINE, [*line_of_one, l.Dense(2), l.LSTM(2)]
    yield "masked GRU backwards", LINE, [*line_of_one, l.GRU(2, go_backwards=True, return_sequences=True), l.ReLU()]
    yield "masked Bidirectional", LINE, [*line_of_one, l.Bidirectional(l.LSTM(2, return_sequences=True)), l.SimpleRNN(2)]
    yield "masked TimeDistributed", LINE, [*line_of_one, l.TimeDistributed(l.Dense(3)), l.GlobalAveragePooling1D()]
    yield "a mask that ends", LINE, [*line_of_one, l.Conv1D(2, 1), l.LSTM(2)]
    tokens = l.Rescaling(scale=6.0, offset=2.5)
    yield "Embedding", VECTOR, [tokens, l.Embedding(9, 2)]
    yield "masked Embedding", VECTOR, [l.Rescaling(6.0, offset=2.5), l.ReLU(), l.Embedding(9, 2, mask_zero=True), l.GRU(3)]
    for mode in ["multi_hot", "count"]:
        yield f"CategoryEncoding, {mode}", VECTOR, [l.Rescaling(6.0, offset=3.0), l.CategoryEncoding(9, output_mode=mode)]
    yield "ConvLSTM1D", LINE, [l.Reshape((3, 5, 1)), l.ConvLSTM1D(2, 2, padding="same", return_sequences=True)]
    yield "ConvLSTM2D", IMAGE, [l.Reshape((2, 5, 2, 2)), l.ConvLSTM2D(2, 2, strides=(2, 1))]
    yield "ConvLSTM2D, all steps", IMAGE, [l.Reshape((2, 5, 2, 2)), l.ConvLSTM2D(2, 2, return_sequences=True, go_backwards=True)]
    yield "ConvLSTM3D", IMAGE, [l.Reshape((2, 5, 2, 2, 1)), l.ConvLSTM3D(2, (2, 1, 2))]
    yield "Bidirectional ConvLSTM2D", IMAGE, [l.Reshape((2, 5, 2, 2)), l.Bidirectional(l.ConvLSTM2D(2, (3, 1)))]
    yield "EinsumDense", LINE, [l.EinsumDense("abc,cd->abd", output_shape=(5, 4), bias_axes="d")]
    yield "EinsumDense over two axes", LINE, [l.EinsumDense("abc,bcde->ade", output_shape=(2, 3), bias_axes="e")]
    yield "EinsumDense, axes turned", LINE, [l.EinsumDense("abc,bd->acd", output_shape=(3, 2))]
    yield "EinsumDense, dots", LINE, [l.EinsumDense("...x,xy->...y", output_shape=4, bias_axes="y")]
    inner = k.Sequential([k.Input(IMAGE), l.Conv2D(2, 3, padding="same"), l.BatchNormalization()], name="inner")
    yield "a model in a model", IMAGE, [inner, l.ReLU(), l.Conv2D(2, 1)]


def functional(k, version):
    l = k.layers
    x = k.Input(LINE)
    a, b = l.Conv1D(2, 2)(x), l.Conv1D(2, 2, activation="tanh")(x)
    yield "Dot", x, l.Dot(axes=2, normalize=True)([a, b])
    yield "Subtract and Maximum", x, l.Maximum()([l.Subtract()([a, b]), b])
    yield "Concatenate along steps", x, l.Concatenate(axis=1)([a, b])
    x = k.Input(IMAGE)
    shared = l.Conv2D(2, 3, padding="same", activation="tanh")
    gate = l.Dense(2, activation="hard_sigmoid")(l.GlobalAveragePooling2D()(x))
    yield "a gate for each channel", x, l.Multiply()([gate, shared(x)])
    yield "a shared layer", x, shared(shared(x))
    half = k.Sequential([k.Input(IMAGE), l.Conv2D(2, 3, padding="same", name="twice")], name="half")
    yield "a model applied twice", x, l.Average()([half(x), half(shared(x))])
    x = k.Input(LINE)
    start = l.Dense(2, activation="tanh")(l.Flatten()(x))
    yield "a state given", x, l.GRU(2)(x, initial_state=start)
    output, state, carry = l.LSTM(2, return_state=True)(x)
    all_steps, _, last = l.LSTM(2, return_sequences=True, return_state=True)(x, initial_state=[carry, state])
    yield "states given and taken", x, l.Concatenate()([output, last, l.Flatten()(all_steps)])
    ways = l.Bidirectional(l.GRU(2), merge_mode=None)(x, initial_state=[start, state])
    yield "both ways from given states", x, l.Concatenate()(list(ways))
    if version == 2:
        masked = l.Masking()(l.ReLU()(l.Conv1D(1, 1)(x)))
        late = l.LSTM(2, return_sequences=True)(masked, initial_state=[start, state])
        yield "a masked step before a given state counts", x, late
        other = l.Masking()(l.ReLU()(l.Conv1D(1, 1)(x)))
        yield "masks joined", x, l.LSTM(2)(l.Add()([masked, other]))
    yield "MultiHeadAttention", x, l.MultiHeadAttention(2, 3)(x, x)
    shorter = l.Conv1D(4, 2)(x)
    across = l.MultiHeadAttention(2, 3, value_dim=2, output_shape=4, use_bias=False)
    yield "attention to others", x, across(x, shorter, key=l.Conv1D(5, 2)(x))
    attended, scores = l.MultiHeadAttention(2, 2)(x, value=x, return_attention_scores=True)
    yield "attention and its scores", x, l.Concatenate()([l.Flatten()(attended), l.Flatten()(scores)])
    yield "attention to what came before", x, l.MultiHeadAttention(1, 3)(x, x, use_causal_mask=True)
    x = k.Input(IMAGE)
    yield "attention along both axes", x, l.MultiHeadAttention(2, 2)(x, x)
    yield "attention along columns", x, l.MultiHeadAttention(2, 2, attention_axes=(2,))(x, x)
    if version == 3:
        yield "an addition of Keras 3", x, shared(x) + x


def archived(k):
    """A model whose layers stand in several places of a .keras archive, with names that are not in order."""
    l = k.layers
    x = k.Input(IMAGE)
    inner = k.Sequential([k.Input(IMAGE), l.Conv2D(2, 3, padding="same", name="b"), l.BatchNormalization()], name="inner")
    y = l.Conv2D(2, 1, name="z")(inner(x))
    y = l.SeparableConv2D(2, 3, padding="same")(l.Conv2D(2, 1, use_bias=False, name="a")(y))
    y = l.DepthwiseConv2D(2, padding="same")(l.Dropout(0.5)(y))
    y = l.Reshape((10, 4))(y)
    y = l.LayerNormalization()(l.MultiHeadAttention(2, 2)(y, y))
    y = l.PReLU()(l.Dense(3, activation=l.PReLU(shared_axes=[1]))(y))
    y = l.Bidirectional(l.LSTM(1, return_sequences=True))(l.TimeDistributed(l.Dense(2))(y))
    y = l.RNN([l.LSTMCell(2), l.GRUCell(2), l.GRUCell(3)])(l.GRU(2, return_sequences=True)(y))
    return k.Model(x, l.Dense(3)(y))


def places(model):
    """The weights of a .keras archive in the order of its file: where each stands, and which of the model's it is."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(os.path.join(folder, "model.keras"))
        with zipfile.ZipFile(os.path.join(folder, "model.keras")) as archive:
            file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    stored = {}
    file.visititems(lambda name, item: stored.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    weights = model.get_weights()
    same = lambda value, weight: weight.shape == value.shape and (weight == value).all()
    return [(name, next(i for i, w in enumerate(weights) if same(v, w))) for name, v in stored.items()]


def converted(value):
    """A config as tfjs's converter writes that of an archive."""
    if isinstance(value, dict):
        drop = ("module", "registered_name", "date_saved")
        return {key: converted(inner) for key, inner in value.items() if key not in drop}
    return [converted(inner) for inner in value] if isinstance(value, list) else value


def trimmed(value):
    """A config without what only training needs, and without what is the same in every layer."""
    if isinstance(value, dict):
        drop = ("_initializer", "_regularizer", "_constraint", "build_config", "compile_config", "seed")
        drop += ("dtype", "trainable", "registered_name")
        return {key: trimmed(inner) for key, inner in value.items() if not key.endswith(drop)}
    return [trimmed(inner) for inner in value] if isinstance(value, list) else value


def topology(k, model, version):
    if version == 3:
        written = json.loads(model.to_json())
    else:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save(os.path.join(folder, "model.h5"))
            with h5py.File(os.path.join(folder, "model.h5")) as file:
                written = json.loads(file.attrs["model_config"])
    config = {"class_name": written["class_name"], "config": trimmed(written["config"])}
    return {"keras_version": k.__version__, "backend": "tensorflow", "model_config": config}


def case(k, version, name, model):
    # Keras makes the weights of an activation when it is first called.
    model(tf.zeros((1, *model.input_shape[1:])))
    values, manifest = [], []
    for place, weight in enumerate(model.weights):
        path = weight.path if version == 3 else weight.name.removesuffix(":0")
        positive = any(word in path for word in ("variance", "gamma"))
        least = 0.5 if positive else -0.45
        integer = "int" in str(weight.dtype)
        values.append(np.zeros(weight.shape, "int64") if integer else numbers(weight.shape, 17 * place + 7, least))
        manifest.append({"name": path, "shape": list(weight.shape)})
    model.set_weights(values)
    inputs = tf.constant(numbers((2, *model.input_shape[1:]), 11, -0.5))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = model(inputs, training=False)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([0, logits.shape[1] - 1], logits))
    gradient = tape.gradient(loss, inputs, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    rounded = lambda tensor: [float(f"{value:.6g}") for value in tensor.numpy().ravel()]
    return {
        "name": name,
        "modelTopology": topology(k, model, version),
        "weights": manifest,
        "inputShape": list(model.input_shape[1:]),
        "logits": rounded(logits),
        "gradient": rounded(gradient),
    }


def ended(k, x):
    """Few logits, which depend on the order of all that is before them."""
    if len(x.shape) > 2:
        x = k.layers.Flatten()(x)
    return k.layers.Dense(3, use_bias=False)(x)


def cases(k, version):
    for name, shape, parts in [*activations(k, version), *layers(k, version)]:
        k.backend.clear_session()
        model = k.Sequential([k.Input(shape), *parts])
        if len(model.output_shape) > 2 or model.output_shape[1] < 2:
            model.add(k.layers.Flatten())
            model.add(k.layers.Dense(3, use_bias=False))
        yield case(k, version, name, model)
    for name, x, y in functional(k, version):
        yield case(k, version, name, k.Model(x, ended(k, y)))
    k.backend.clear_session()
    model = archived(k)
    one = case(k, version, "an archive", model)
    weights = one["weights"]
    for weight in weights:
        weight["least"] = 0.5 if any(word in weight["name"] for word in ("variance", "gamma")) else -0.45
    one["weights"] = [{**weights[at], "name": name, "place": at} for name, at in places(model)]
    one["modelTopology"]["model_config"] = converted(json.loads(model.to_json()))
    yield one


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for k, version in [(keras, 3), (tf_keras, 2)]:
        lines = [json.dumps(one, separators=(",", ":")) for one in cases(k, version)]
        with open(os.path.join(folder, f"keras-{version}.json"), "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(lines) + "\n]\n")
        print(f"Keras {k.__version__}: {len(lines)} models")


if __name__ == "__main__":
    main(sys.argv[1])
