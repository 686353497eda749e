"""ADBench's LSTM: the loss of a stack of layers with diagonal weights that predicts a sequence of characters."""

import numpy as np

ARGNUMS = (0, 1)
WRITES = (2,)


def inputs(layers=2, length=20, width=14):
    random = np.random.default_rng(0)
    sequence = np.eye(width)[random.integers(width, size=length)]
    main = random.normal(size=(2 * layers, 4 * width))
    return main, random.normal(size=(3, width)), random.normal(size=(2 * layers, width)), sequence


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def primal(main, extra, state, sequence):
    """`state` holds the hidden values and the memory of each layer, and is overwritten at each character."""
    length, width = sequence.shape
    total = 0.0
    for t in range(length - 1):
        x = sequence[t] * extra[0]
        for i in range(0, state.shape[0], 2):
            weight, bias = main[i], main[i + 1]
            forget = sigmoid(x * weight[:width] + bias[:width])
            ingate = sigmoid(state[i] * weight[width : 2 * width] + bias[width : 2 * width])
            outgate = sigmoid(x * weight[2 * width : 3 * width] + bias[2 * width : 3 * width])
            change = np.tanh(state[i] * weight[3 * width :] + bias[3 * width :])
            state[i + 1] = state[i + 1] * forget + ingate * change
            state[i] = outgate * np.tanh(state[i + 1])
            x = state[i]
        predicted = x * extra[1] + extra[2]
        normalised = predicted - np.log(np.sum(np.exp(predicted)) + 2.0)
        total += np.sum(sequence[t + 1] * normalised)
    return -total / ((length - 1) * width)


def by_hand(main, extra, state, sequence):
    state = state.copy()
    length, width = sequence.shape
    tape, last_tape = [], []
    for t in range(length - 1):
        x = sequence[t] * extra[0]
        for i in range(0, state.shape[0], 2):
            weight, bias = main[i], main[i + 1]
            hidden, memory = state[i].copy(), state[i + 1].copy()
            forget = sigmoid(x * weight[:width] + bias[:width])
            ingate = sigmoid(hidden * weight[width : 2 * width] + bias[width : 2 * width])
            outgate = sigmoid(x * weight[2 * width : 3 * width] + bias[2 * width : 3 * width])
            change = np.tanh(hidden * weight[3 * width :] + bias[3 * width :])
            state[i + 1] = memory * forget + ingate * change
            squashed = np.tanh(state[i + 1])
            state[i] = outgate * squashed
            tape.append((x, hidden, memory, forget, ingate, outgate, change, squashed))
            x = outgate * squashed
        last_tape.append(x)
    d_main, d_extra, d_state = np.zeros_like(main), np.zeros_like(extra), np.zeros_like(state)
    scale = -1.0 / ((length - 1) * width)
    for t in range(length - 2, -1, -1):
        x = last_tape.pop()
        likely = np.exp(x * extra[1] + extra[2])
        d_predicted = scale * (sequence[t + 1] - np.sum(sequence[t + 1]) * likely / (np.sum(likely) + 2.0))
        d_extra[1] += d_predicted * x
        d_extra[2] += d_predicted
        d_x = d_predicted * extra[1]
        for i in range(state.shape[0] - 2, -1, -2):
            x, hidden, memory, forget, ingate, outgate, change, squashed = tape.pop()
            weight, d_weight, d_bias = main[i], d_main[i], d_main[i + 1]
            d_hidden = d_state[i] + d_x
            d_memory = d_state[i + 1] + d_hidden * outgate * (1.0 - squashed * squashed)
            d_forget = d_memory * memory * forget * (1.0 - forget)
            d_ingate = d_memory * change * ingate * (1.0 - ingate)
            d_outgate = d_hidden * squashed * outgate * (1.0 - outgate)
            d_change = d_memory * ingate * (1.0 - change * change)
            d_weight[:width] += d_forget * x
            d_bias[:width] += d_forget
            d_weight[width : 2 * width] += d_ingate * hidden
            d_bias[width : 2 * width] += d_ingate
            d_weight[2 * width : 3 * width] += d_outgate * x
            d_bias[2 * width : 3 * width] += d_outgate
            d_weight[3 * width :] += d_change * hidden
            d_bias[3 * width :] += d_change
            d_state[i] = d_ingate * weight[width : 2 * width] + d_change * weight[3 * width :]
            d_state[i + 1] = d_memory * forget
            d_x = d_forget * weight[:width] + d_outgate * weight[2 * width : 3 * width]
        d_extra[0] += d_x * sequence[t]
    return d_main, d_extra


def limit(main, extra, state, sequence):
    """All weights are diagonal: a layer's step is one loop over its units, there and back."""
    length, width = sequence.shape
    layers = state.shape[0] // 2
    tape = np.empty((length - 1, layers, 7, width))
    last = np.empty((length - 1, width))
    state = state.copy()
    x = np.empty(width)
    for t in range(length - 1):
        for k in range(width):
            x[k] = sequence[t, k] * extra[0, k]
        for layer in range(layers):
            weight, bias = main[2 * layer], main[2 * layer + 1]
            for k in range(width):
                hidden, memory = state[2 * layer, k], state[2 * layer + 1, k]
                forget = 1.0 / (1.0 + np.exp(-(x[k] * weight[k] + bias[k])))
                ingate = 1.0 / (1.0 + np.exp(-(hidden * weight[width + k] + bias[width + k])))
                outgate = 1.0 / (1.0 + np.exp(-(x[k] * weight[2 * width + k] + bias[2 * width + k])))
                change = np.tanh(hidden * weight[3 * width + k] + bias[3 * width + k])
                kept = tape[t, layer]
                kept[0, k], kept[1, k], kept[2, k] = x[k], hidden, memory
                kept[3, k], kept[4, k], kept[5, k], kept[6, k] = forget, ingate, outgate, change
                memory = memory * forget + ingate * change
                x[k] = outgate * np.tanh(memory)
                state[2 * layer, k], state[2 * layer + 1, k] = x[k], memory
        last[t] = x
    d_main, d_extra, d_state = np.zeros_like(main), np.zeros_like(extra), np.zeros_like(state)
    scale = -1.0 / ((length - 1) * width)
    d_x = np.empty(width)
    for t in range(length - 2, -1, -1):
        total, gold = 2.0, 0.0
        for k in range(width):
            d_x[k] = np.exp(last[t, k] * extra[1, k] + extra[2, k])
            total += d_x[k]
            gold += sequence[t + 1, k]
        for k in range(width):
            d = scale * (sequence[t + 1, k] - gold * d_x[k] / total)
            d_extra[1, k] += d * last[t, k]
            d_extra[2, k] += d
            d_x[k] = d * extra[1, k]
        for layer in range(layers - 1, -1, -1):
            weight, d_weight, d_bias = main[2 * layer], d_main[2 * layer], d_main[2 * layer + 1]
            kept = tape[t, layer]
            for k in range(width):
                hidden, memory, forget, ingate = kept[1, k], kept[2, k], kept[3, k], kept[4, k]
                outgate, change = kept[5, k], kept[6, k]
                squashed = np.tanh(memory * forget + ingate * change)
                d_hidden = d_state[2 * layer, k] + d_x[k]
                d_memory = d_state[2 * layer + 1, k] + d_hidden * outgate * (1.0 - squashed * squashed)
                d_forget = d_memory * memory * forget * (1.0 - forget)
                d_ingate = d_memory * change * ingate * (1.0 - ingate)
                d_outgate = d_hidden * squashed * outgate * (1.0 - outgate)
                d_change = d_memory * ingate * (1.0 - change * change)
                d_weight[k] += d_forget * kept[0, k]
                d_bias[k] += d_forget
                d_weight[width + k] += d_ingate * hidden
                d_bias[width + k] += d_ingate
                d_weight[2 * width + k] += d_outgate * kept[0, k]
                d_bias[2 * width + k] += d_outgate
                d_weight[3 * width + k] += d_change * hidden
                d_bias[3 * width + k] += d_change
                d_state[2 * layer, k] = d_ingate * weight[width + k] + d_change * weight[3 * width + k]
                d_state[2 * layer + 1, k] = d_memory * forget
                d_x[k] = d_forget * weight[k] + d_outgate * weight[2 * width + k]
        for k in range(width):
            d_extra[0, k] += d_x[k] * sequence[t, k]
    return d_main, d_extra


def layer_by_layer(sigmoid, tanh, log_sum, width):
    """One character: the prediction's part of the loss and the new state, a list of hidden values and memories."""

    def step(main, extra, state, now, following):
        x, new = now * extra[0], []
        for i in range(0, len(state), 2):
            weight, bias, hidden, memory = main[i], main[i + 1], state[i], state[i + 1]
            forget = sigmoid(x * weight[:width] + bias[:width])
            ingate = sigmoid(hidden * weight[width : 2 * width] + bias[width : 2 * width])
            outgate = sigmoid(x * weight[2 * width : 3 * width] + bias[2 * width : 3 * width])
            change = tanh(hidden * weight[3 * width :] + bias[3 * width :])
            memory = memory * forget + ingate * change
            x = outgate * tanh(memory)
            new += [x, memory]
        predicted = x * extra[1] + extra[2]
        return (following * (predicted - log_sum(predicted))).sum(), new

    return step


def in_jax(jax, jnp):
    def program(main, extra, state, sequence):
        length, width = sequence.shape
        one = layer_by_layer(jax.nn.sigmoid, jnp.tanh, lambda x: jnp.log(jnp.sum(jnp.exp(x)) + 2.0), width)

        def step(state, pair):
            part, new = one(main, extra, state, *pair)
            return jnp.stack(new), part

        _, parts = jax.lax.scan(step, state, (sequence[:-1], sequence[1:]))
        return -jnp.sum(parts) / ((length - 1) * width)

    return program


def unrolled(sigmoid, tanh, log_sum):
    def program(main, extra, state, sequence):
        length, width = sequence.shape
        one = layer_by_layer(sigmoid, tanh, log_sum, width)
        total = 0.0
        for t in range(length - 1):
            part, state = one(main, extra, state, sequence[t], sequence[t + 1])
            total = total + part
        return -total / ((length - 1) * width)

    return program


def in_torch(torch):
    return unrolled(torch.sigmoid, torch.tanh, lambda x: torch.log(torch.exp(x).sum() + 2.0))


def in_autograd(np):
    return unrolled(lambda x: 1.0 / (1.0 + np.exp(-x)), np.tanh, lambda x: np.log(np.sum(np.exp(x)) + 2.0))
