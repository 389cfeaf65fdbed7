// A netlist of standard cells as it is simulated: 64 streams a word, a few words at once.
//
// lmul.synth.gatesim.program makes the arrays of a Netlist.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

extern "C" {

// Each step of a function is AND, OR or XOR of two operands, or its complement:
// (a & b & both) ^ ((a ^ b) & differ) ^ flip, without a branch for the processor to guess.
struct Step {
    uint64_t both, differ, flip;
    int32_t a, b;  // 0 and 1: the constants; 2 + i: input i; -1 - i: what step i gave
};

struct Netlist {
    int64_t nets, states;
    // Functions, and where each begins in `steps`.
    const Step* steps;
    const int32_t* function_starts;
    // What is evaluated each cycle: outputs of flip-flops, gates, then next states. Slots are nets,
    // then each flip-flop's state and its complement.
    int64_t outputs, gates;
    const int32_t* functions;
    const int32_t* input_starts;
    const int32_t* inputs;
    const int32_t* targets;
};

}

namespace {

struct Operation {
    uint64_t both, differ, flip;
    int32_t a, b, to;
};

struct Program {
    std::vector<Operation> operations;
    std::vector<int64_t> starts;  // of each evaluation, and the end
    int64_t slots = 0;
};

int64_t evaluations(const Netlist& n) { return n.outputs + n.gates + 2 * n.states; }

Program expanded(const Netlist& n) {
    Program p;
    const int32_t temporary = static_cast<int32_t>(n.nets + 2 * n.states);
    int32_t longest = 0;
    for (int64_t e = 0; e < evaluations(n); ++e) {
        p.starts.push_back(p.operations.size());
        const int32_t* inputs = n.inputs + n.input_starts[e];
        const int32_t begin = n.function_starts[n.functions[e]];
        const int32_t end = n.function_starts[n.functions[e] + 1];
        auto slot = [&](int32_t operand) {
            if (operand < 0) return temporary - 1 - operand;
            return operand < 2 ? operand : inputs[operand - 2];
        };
        for (int32_t s = begin; s < end; ++s) {
            const Step& step = n.steps[s];
            const int32_t to = s + 1 < end ? temporary + s - begin : n.targets[e];
            p.operations.push_back(
                {step.both, step.differ, step.flip, slot(step.a), slot(step.b), to});
        }
        longest = std::max(longest, end - begin);
    }
    p.starts.push_back(p.operations.size());
    p.slots = temporary + longest;
    return p;
}

// W words at once, in as few registers as the processor has for them.
template <int W>
struct alignas(8 * W) Words {
    uint64_t word[W];
};

template <int W>
inline Words<W> apply(const Operation& o, const Words<W>* slots) {
    const Words<W>&a = slots[o.a], &b = slots[o.b];
    Words<W> result;
    for (int i = 0; i < W; ++i)
        result.word[i] = (a.word[i] & b.word[i] & o.both) ^
                         ((a.word[i] ^ b.word[i]) & o.differ) ^ o.flip;
    return result;
}

inline uint64_t apply(const Operation& o, const uint64_t* slots) {
    const uint64_t a = slots[o.a], b = slots[o.b];
    return (a & b & o.both) ^ ((a ^ b) & o.differ) ^ o.flip;
}

template <int W>
inline int64_t differing(const Words<W>& a, const Words<W>& b) {
    int64_t count = 0;
    for (int i = 0; i < W; ++i) count += std::popcount(a.word[i] ^ b.word[i]);
    return count;
}

}  // namespace
