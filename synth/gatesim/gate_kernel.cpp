// Simulates a netlist of standard cells, 64 streams a word, and counts how often its nets toggle:
// settled, from cycle to cycle, and while they settle when every gate takes one unit of time.
//
// lmul.synth.gate_program makes the arrays below of a netlist.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
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

// What goes on in one cycle, for who simulates several netlists that drive each other.
struct Cycle {
    int64_t driven, kept;
    const int32_t* driven_nets;
    const uint64_t* driven_words;  // (driven, words)
    const int32_t* kept_nets;
    uint64_t* kept_words;  // (kept, words)
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

// Streams that are simulated together; `word` is the first of their words.
struct Group {
    virtual ~Group() = default;
    virtual void reset() = 0;
    virtual void drive(int32_t net, const uint64_t* from) = 0;
    virtual void keep(int32_t net, uint64_t* to) const = 0;
    virtual void evaluate(int64_t from, int64_t to) = 0;
    virtual void count(int64_t* toggles, int64_t* settled) const = 0;
    virtual int64_t settle(int64_t* glitching) = 0;
    virtual void step() = 0;
    virtual int64_t size() const = 0;
    virtual uint64_t value(int64_t net, int64_t word) const = 0;
    int64_t word = 0;
};

template <int W>
struct Lanes : Group {
    const Netlist& n;
    const Program& p;
    std::vector<Words<W>> now, before, staged;

    Lanes(const Netlist& n, const Program& p, int64_t first)
        : n(n), p(p), now(p.slots), before(p.slots), staged(n.gates) {
        word = first;
        reset();
    }

    void reset() override {
        Words<W> ones;
        std::memset(&ones, -1, sizeof ones);
        for (auto* slots : {&now, &before}) {
            std::fill(slots->begin(), slots->end(), Words<W>{});
            (*slots)[1] = ones;
            for (int64_t s = 0; s < n.states; ++s) (*slots)[n.nets + 2 * s + 1] = ones;
        }
    }

    void drive(int32_t net, const uint64_t* from) override {
        std::memcpy(&now[net], from, sizeof(Words<W>));
    }

    void keep(int32_t net, uint64_t* to) const override {
        std::memcpy(to, &now[net], sizeof(Words<W>));
    }

    void evaluate(int64_t from, int64_t to) override {
        Words<W>* slots = now.data();
        const Operation* end = p.operations.data() + p.starts[to];
        for (const Operation* o = p.operations.data() + p.starts[from]; o < end; ++o)
            slots[o->to] = apply(*o, slots);
    }

    void count(int64_t* toggles, int64_t* settled) const override {
        for (int64_t net = 2; net < n.nets; ++net) {
            const int64_t count = differing(now[net], before[net]);
            toggles[net] += count;
            if (settled) settled[net] += count;
        }
    }

    // From the nets of `before` to those of `now`; how many did not arrive.
    int64_t settle(int64_t* glitching) override {
        for (int32_t net : p.undriven) {
            glitching[net] += differing(now[net], before[net]);
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
                glitching[net] += differing(staged[i], slots[net]);
                slots[net] = staged[i];
            }
        }
        int64_t lost = 0;
        for (int64_t net = 0; net < n.nets; ++net) lost += differing(now[net], before[net]) != 0;
        return lost;
    }

    int64_t size() const override { return W; }

    uint64_t value(int64_t net, int64_t at) const override { return now[net].word[at]; }

    void step() override {
        evaluate(n.outputs + n.gates, evaluations(n));
        std::copy_n(now.begin() + n.nets, 2 * n.states, before.begin() + n.nets);
        std::swap(now, before);
    }
};

std::vector<std::unique_ptr<Group>> groups(const Netlist& n, const Program& p, int64_t words) {
    std::vector<std::unique_ptr<Group>> found;
    for (int64_t word = 0; word < words;) {
        const int64_t left = words - word;
        if (left >= 8) found.push_back(std::make_unique<Lanes<8>>(n, p, word)), word += 8;
        else if (left >= 4) found.push_back(std::make_unique<Lanes<4>>(n, p, word)), word += 4;
        else if (left >= 2) found.push_back(std::make_unique<Lanes<2>>(n, p, word)), word += 2;
        else found.push_back(std::make_unique<Lanes<1>>(n, p, word)), word += 1;
    }
    return found;
}

// All cycles of a group, while its values are in the processor's cache.
int64_t whole(const Netlist& n, const Run& run, Group& group) {
    int64_t lost = 0;
    for (int64_t cycle = 0; cycle < run.cycles; ++cycle) {
        const int64_t at = cycle * run.words + group.word;
        for (int64_t i = 0; i < run.driven; ++i)
            group.drive(run.driven_nets[i], run.driven_words[i] + at);
        group.evaluate(0, n.outputs + n.gates);
        for (int64_t i = 0; i < run.kept; ++i)
            group.keep(run.kept_nets[i], run.kept_words[i] + at);
        const int64_t since = cycle - run.first;
        if (since >= 0 && since < run.sampled)
            for (int64_t net = 0; net < n.nets; ++net)
                group.keep(net, run.sample + (net * run.sampled + since) * run.words + group.word);
        if (since > 0) {
            const bool glitches = since <= run.glitch_steps;
            group.count(run.toggles, glitches ? run.settled : nullptr);
            if (glitches) lost += group.settle(run.glitching);
        }
        group.step();
    }
    return lost;
}

// A netlist with its streams, from cycle to cycle.
struct Simulation {
    Netlist netlist;
    int64_t words;
    Program program;
    std::vector<std::unique_ptr<Group>> all;
};

}  // namespace

extern "C" {

// Nets that did not settle to what they are; never any, in a netlist without loops.
int64_t simulate(const Netlist* netlist, const Run* run) {
    Program program = expanded(*netlist);
    if (run->glitch_steps) schedule(program, *netlist);
    int64_t lost = 0;
    for (auto& group : groups(*netlist, program, run->words)) lost += whole(*netlist, *run, *group);
    return lost;
}

// The netlist's arrays must outlive the simulation.
Simulation* simulation_new(const Netlist* netlist, int64_t words) {
    auto* one = new Simulation{*netlist, words, expanded(*netlist), {}};
    schedule(one->program, one->netlist);
    one->all = groups(one->netlist, one->program, words);
    return one;
}

void simulation_delete(Simulation* one) { delete one; }

// Flip-flops show their states, and nets settle; as often as ports change within a cycle.
void simulation_settle(Simulation* one, const Cycle* cycle) {
    for (auto& group : one->all) {
        for (int64_t i = 0; i < cycle->driven; ++i)
            group->drive(cycle->driven_nets[i], cycle->driven_words + i * one->words + group->word);
        group->evaluate(0, one->netlist.outputs + one->netlist.gates);
        for (int64_t i = 0; i < cycle->kept; ++i)
            group->keep(cycle->kept_nets[i], cycle->kept_words + i * one->words + group->word);
    }
}

// All nets of one word of streams, as they stand.
void simulation_values(const Simulation* one, int64_t word, uint64_t* values) {
    for (auto& group : one->all)
        if (word >= group->word && word < group->word + group->size())
            for (int64_t net = 0; net < one->netlist.nets; ++net)
                values[net] = group->value(net, word - group->word);
}

// Ends a cycle; counts what changed since the last one where arrays to count in are given.
int64_t simulation_step(Simulation* one, int64_t* toggles, int64_t* settled, int64_t* glitching) {
    int64_t lost = 0;
    for (auto& group : one->all) {
        if (toggles) group->count(toggles, settled);
        if (glitching) lost += group->settle(glitching);
        group->step();
    }
    return lost;
}
}
