#!/bin/sh
# npm's neataptic and synaptic: the hidden layer's gradient goes through weights already updated.
#
# Guess: one update by SGD is minus rate times the gradient, so the change of a weight divided by
# the rate does not depend on the rate.
# Seen: the output unit changes its incoming weights first, as train() has it do; the hidden unit
# then reads the changed weight when it collects its error. In y = v w x with v = 2, w = 4, x = 1,
# target 9, the change of w over the rate should be 2, v times the residual 1. It is 2.04 at
# rate 0.01 and 2.4 at 0.1.
# Matters: what is trained differs from SGD by a term of second order in the rate, v's own step,
# which is the order at which SGD, its modified loss and its differential equations are compared. A
# sign of it: no trajectory agrees with another library's beyond the output layer.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm neataptic@1.4.7 synaptic@1.1.4

neataptic_change() {
  node -e '
    const { Node, methods } = require("neataptic"), rate = Number(process.argv[1]);
    const [x, w, v] = ["input", "hidden", "output"].map((type) => new Node(type));
    for (const unit of [w, v]) unit.squash = methods.activation.IDENTITY, unit.bias = 0;
    x.connect(w, 4), w.connect(v, 2);
    x.activate(1), w.activate(), v.activate();
    v.propagate(rate, 0, true, 9), w.propagate(rate, 0, true);
    console.log(((x.connections.out[0].weight - 4) / rate).toFixed(6));' "$1"
}
synaptic_change() {
  node -e '
    const { Neuron } = require("synaptic"), rate = Number(process.argv[1]);
    const [x, w, v] = [new Neuron(), new Neuron(), new Neuron()];
    for (const unit of [w, v]) unit.squash = Neuron.squash.IDENTITY, unit.bias = 0;
    const first = x.project(w, 4);
    w.project(v, 2);
    x.activate(1), w.activate(), v.activate();
    v.propagate(rate, 9), w.propagate(rate);
    console.log(((first.weight - 4) / rate).toFixed(6));' "$1"
}
for of in neataptic synaptic; do
  expect "$of, change of w over the rate at 0.01" "$("${of}_change" 0.01)" 2.040000
  expect "$of, change of w over the rate at 0.1" "$("${of}_change" 0.1)" 2.400000
done
