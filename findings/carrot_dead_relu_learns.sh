#!/bin/sh
# npm's @liquid-carrot/carrot: a hidden unit whose activation has derivative 0 is trained as if 1.
#
# Guess: a ReLU unit at state -4 gives 0 for all inputs nearby, so back-propagation leaves its
# weight and bias alone.
# Seen: the error is multiplied by "derivative || 1", which is 1 where the derivative is 0. With
# rate 0.1 the bias goes from -5 to -4.8 and the weight from 1 to 1.2, exactly as if it were linear.
# The unit at state +4 is right, so a check by finite differences at an active unit passes.
# Matters: what descends is no gradient of the loss. Dead units come back to life, saturated steps
# (STEP, HARD_TANH) train, and a run compared with another library's differs from the first update.
# The class is loaded from the sources in the package; its bundle in dist has the same expression.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm @liquid-carrot/carrot@0.3.20

# Weight and bias of the hidden unit in y = 2 relu(x + bias) at x = 1, after one update of it alone.
# The target is y + 1 in both uses.
after_update() {
  node -e '
    const from = "@liquid-carrot/carrot/src/", Node = require(from + "architecture/node");
    const activation = require(from + "methods/activation");
    const input = new Node({ type: "input" }), hidden = new Node();
    const y = new Node({ type: "output" });
    hidden.squash = activation.RELU, y.squash = activation.IDENTITY;
    input.connect(hidden, 1), hidden.connect(y, 2);
    hidden.bias = Number(process.argv[1]), y.bias = 0;
    input.activate(1), hidden.activate(), y.activate();
    y.propagate(Number(process.argv[2]), { rate: 0 }), hidden.propagate({ rate: 0.1 });
    console.log(hidden.incoming[0].weight.toFixed(3), hidden.bias.toFixed(3));' -- "$@"
}
expect 'dead unit, bias -5, target 1' "$(after_update -5 1)" '1.200 -4.800'
expect 'live unit, bias 3, target 9' "$(after_update 3 9)" '1.200 3.200'
