// Simulates a netlist of standard cells, 64 streams a word, and counts how often its nets toggle:
// settled, from cycle to cycle, and while they settle when every gate takes one unit of time.
//
// lmul.synth.gate_program makes the arrays below of a netlist.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
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

struct Run {
    int64_t cycles, words, first, sampled, glitch_steps;
    int64_t driven, kept;
    const int32_t* driven_nets;
    const uint64_t* const* driven_words;  // (cycles, words) each
    const int32_t* kept_nets;
    uint64_t* const* kept_words;  // (cycles, words) each
    uint64_t* sample;             // (nets, sampled, words), from cycle `first` on
    int64_t* toggles;             // of all steps behind `first`
    int64_t* settled;             // of the first `glitch_steps` of them
    int64_t* glitching;           // of the same, with unit delays
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
    std::vector<std::vector<int32_t>> schedule;  // gates whose outputs may change at time 1, 2, ...
    std::vector<int32_t> undriven;               // nets that change at time 0
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

// A gate's output may change one unit after any of its inputs may.
void schedule(Program& p, const Netlist& n) {
    std::vector<std::vector<uint64_t>> times(n.nets);  // a bit for each time
    std::vector<char> driven(n.nets);
    for (int64_t e = n.outputs; e < n.outputs + n.gates; ++e) driven[n.targets[e]] = 1;
    for (int32_t net = 2; net < n.nets; ++net) {
        if (driven[net]) continue;
        times[net] = {1};
        p.undriven.push_back(net);
    }
    for (int64_t e = n.outputs; e < n.outputs + n.gates; ++e) {
        std::vector<uint64_t> before;
        for (int32_t i = n.input_starts[e]; i < n.input_starts[e + 1]; ++i) {
            const auto& its = times[n.inputs[i]];
            if (its.size() > before.size()) before.resize(its.size());
            for (size_t word = 0; word < its.size(); ++word) before[word] |= its[word];
        }
        std::vector<uint64_t> after(before.size() + 1);
        for (size_t word = 0; word < before.size(); ++word) {
            after[word] |= before[word] << 1;
            after[word + 1] = before[word] >> 63;
        }
        while (!after.empty() && !after.back()) after.pop_back();
        for (size_t word = 0; word < after.size(); ++word)
            for (uint64_t bits = after[word]; bits; bits &= bits - 1) {
                const size_t time = 64 * word + std::countr_zero(bits);
                if (p.schedule.size() < time) p.schedule.resize(time);
                p.schedule[time - 1].push_back(static_cast<int32_t>(e));
            }
        times[n.targets[e]] = std::move(after);
    }
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

template <int W>
inline int64_t differing(const Words<W>& a, const Words<W>& b) {
    int64_t count = 0;
    for (int i = 0; i < W; ++i) count += std::popcount(a.word[i] ^ b.word[i]);
    return count;
}

template <int W>
struct Simulation {
    const Netlist& n;
    const Program& p;
    const Run& run;
    std::vector<Words<W>> now, before, staged;

    Simulation(const Netlist& n, const Program& p, const Run& run)
        : n(n), p(p), run(run), now(p.slots), before(p.slots), staged(n.gates) {}

    void evaluate(int64_t from, int64_t to) {
        Words<W>* slots = now.data();
        const Operation* end = p.operations.data() + p.starts[to];
        for (const Operation* o = p.operations.data() + p.starts[from]; o < end; ++o)
            slots[o->to] = apply(*o, slots);
    }

    // From the nets of `before` to those of `now`; how many did not arrive.
    int64_t settle() {
        for (int32_t net : p.undriven) {
            run.glitching[net] += differing(now[net], before[net]);
            before[net] = now[net];
        }
        Words<W>* slots = before.data();
        for (const auto& gates : p.schedule) {
            for (size_t i = 0; i < gates.size(); ++i) {
                const Operation* o = p.operations.data() + p.starts[gates[i]];
                const Operation* last = p.operations.data() + p.starts[gates[i] + 1] - 1;
                for (; o < last; ++o) slots[o->to] = apply(*o, slots);
                staged[i] = apply(*o, slots);
            }
            for (size_t i = 0; i < gates.size(); ++i) {
                const int32_t net = n.targets[gates[i]];
                run.glitching[net] += differing(staged[i], slots[net]);
                slots[net] = staged[i];
            }
        }
        int64_t lost = 0;
        for (int64_t net = 0; net < n.nets; ++net) lost += differing(now[net], before[net]) != 0;
        return lost;
    }

    int64_t stream(int64_t word) {
        int64_t lost = 0;
        const int64_t gates = n.outputs, states = n.outputs + n.gates;
        Words<W> ones;
        std::memset(&ones, -1, sizeof ones);
        for (auto* slots : {&now, &before}) {
            std::fill(slots->begin(), slots->end(), Words<W>{});
            (*slots)[1] = ones;
            for (int64_t s = 0; s < n.states; ++s) (*slots)[n.nets + 2 * s + 1] = ones;
        }
        for (int64_t cycle = 0; cycle < run.cycles; ++cycle) {
            const int64_t at = cycle * run.words + word;
            for (int64_t i = 0; i < run.driven; ++i)
                std::memcpy(&now[run.driven_nets[i]], run.driven_words[i] + at, sizeof ones);
            evaluate(0, gates);
            evaluate(gates, states);
            for (int64_t i = 0; i < run.kept; ++i)
                std::memcpy(run.kept_words[i] + at, &now[run.kept_nets[i]], sizeof ones);
            const int64_t since = cycle - run.first;
            if (since >= 0 && since < run.sampled)
                for (int64_t net = 0; net < n.nets; ++net)
                    std::memcpy(run.sample + (net * run.sampled + since) * run.words + word,
                                &now[net], sizeof ones);
            if (since > 0) {
                const bool glitches = since <= run.glitch_steps;
                for (int64_t net = 2; net < n.nets; ++net) {
                    const int64_t count = differing(now[net], before[net]);
                    run.toggles[net] += count;
                    if (glitches) run.settled[net] += count;
                }
                if (glitches) lost += settle();
            }
            evaluate(states, evaluations(n));
            std::copy_n(now.begin() + n.nets, 2 * n.states, before.begin() + n.nets);
            std::swap(now, before);
        }
        return lost;
    }
};

template <int W>
int64_t streams(const Netlist& n, const Program& p, const Run& run, int64_t& word) {
    if (run.words - word < W) return 0;
    Simulation<W> simulation(n, p, run);
    int64_t lost = 0;
    for (; run.words - word >= W; word += W) lost += simulation.stream(word);
    return lost;
}

}  // namespace

// Nets that did not settle to what they are; never any, in a netlist without loops.
extern "C" int64_t simulate(const Netlist* netlist, const Run* run) {
    Program program = expanded(*netlist);
    if (run->glitch_steps) schedule(program, *netlist);
    int64_t word = 0, lost = 0;
    lost += streams<8>(*netlist, program, *run, word);
    lost += streams<4>(*netlist, program, *run, word);
    lost += streams<2>(*netlist, program, *run, word);
    lost += streams<1>(*netlist, program, *run, word);
    return lost;
}
