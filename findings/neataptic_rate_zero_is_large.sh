#!/bin/sh
# npm's neataptic: where a schedule says learning rate 0, the update is made with 0.3.
#
# Guess: a rate policy, "a function of the base rate and the iteration", may begin a warm-up at 0 or
# end a decay at 0; such an update changes nothing.
# Seen: a unit takes "rate || 0.3", so that 0 is the default. Weights after an iteration at rate 0
# are those after one at 0.3, to the last bit; after one at 1e-30 they are the initial ones.
# Matters: the first step of a warm-up, meant to be the smallest, is 30 to 300 times the largest
# that is usual; a decay that reaches 0 ends by leaving the minimum it came to.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm neataptic@1.4.7

# Weights and biases after one iteration of training with a policy that gives the rate.
trained_at() {
  node -e '
    const { Network } = require("neataptic"), network = new Network(2, 1);
    network.connections.forEach((connection, i) => (connection.weight = 0.5 - i));
    network.nodes.forEach((node) => (node.bias = 0.25));
    const set = [{ input: [0.5, 1], output: [1] }], rate = Number(process.argv[1]);
    network.train(set, { rate: 0.01, ratePolicy: () => rate, iterations: 1 });
    console.log(network.connections.map(({ weight }) => weight), network.nodes[2].bias);' "$1"
}
expect 'after a rate of 1e-30' "$(trained_at 1e-30)" '[ 0.5, -0.5 ] 0.25'
expect 'after a rate of 0.3' "$(trained_at 0.3)" '[ 0.575, -0.35 ] 0.4'
expect 'after a rate of 0' "$(trained_at 0)" '[ 0.575, -0.35 ] 0.4'
