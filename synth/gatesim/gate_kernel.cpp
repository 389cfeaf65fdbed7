// Simulates a netlist of standard cells, 64 streams a word, and counts how often its nets toggle:
// settled, from cycle to cycle, and while they settle, as cell_delays.h has it.

#include <cstring>
#include <memory>

#include "cell_delays.h"
#include "netlist.h"

extern "C" {

struct Run {
    int64_t cycles, words, first, sampled;
    int64_t driven, kept;
    const int32_t* driven_nets;
    const uint64_t* const* driven_words;  // (cycles, words) each
    const int32_t* kept_nets;
    uint64_t* const* kept_words;  // (cycles, words) each
    uint64_t* sample;             // (nets, sampled, words), from cycle `first` on
    int64_t* toggles;             // of all steps behind `first`
    const uint8_t* chosen;        // (steps, words): which are to be simulated with delays too
    int64_t* settled;             // without, of the chosen ones
    int64_t models;
    const Delays* delays;  // of each model
    int64_t* delayed;      // (models, nets), of the chosen ones
};

// What goes on in one cycle of one word of streams, where the next inputs depend on the outputs.
struct Cycle {
    int64_t driven, kept;
    const int32_t* driven_nets;
    const uint64_t* driven_words;  // (driven)
    const int32_t* kept_nets;
    uint64_t* kept_words;  // (kept)
};
}

namespace {

using Models = std::vector<Settling>;

Models settlings(const Netlist& n, const Program& p, int64_t models, const Delays* delays) {
    Models found;
    for (int64_t model = 0; model < models; ++model) found.emplace_back(n, p, delays[model]);
    return found;
}

// Streams that are simulated together; `word` is the first of their words.
struct Group {
    virtual ~Group() = default;
    virtual void reset() = 0;
    virtual void drive(int32_t net, const uint64_t* from) = 0;
    virtual void keep(int32_t net, uint64_t* to) const = 0;
    virtual void evaluate(int64_t from, int64_t to) = 0;
    virtual void count(int64_t* toggles) const = 0;
    virtual int64_t settle(
        Models& models, const uint8_t* chosen, int64_t* settled, int64_t* delayed) const = 0;
    virtual void step() = 0;
    int64_t word = 0;
};

template <int W>
struct Lanes : Group {
    const Netlist& n;
    const Program& p;
    std::vector<Words<W>> now, before;

    Lanes(const Netlist& n, const Program& p, int64_t first)
        : n(n), p(p), now(p.slots), before(p.slots) {
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

    void count(int64_t* toggles) const override {
        for (int64_t net = 2; net < n.nets; ++net) toggles[net] += differing(now[net], before[net]);
    }

    // Words of `chosen` go from `before` to `now` by each model; how many nets did not arrive.
    int64_t settle(
        Models& models, const uint8_t* chosen, int64_t* settled, int64_t* delayed) const override {
        int64_t lost = 0;
        for (int i = 0; i < W; ++i) {
            if (!chosen[word + i]) continue;
            for (int64_t net = 2; net < n.nets; ++net)
                settled[net] += std::popcount(now[net].word[i] ^ before[net].word[i]);
            int64_t* counts = delayed;
            for (Settling& model : models) {
                lost += model.settle(&before[0].word[i], &now[0].word[i], W, counts);
                counts += n.nets;
            }
        }
        return lost;
    }

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
int64_t whole(const Netlist& n, const Run& run, Models& models, Group& group) {
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
            group.count(run.toggles);
            const uint8_t* chosen = run.chosen + (since - 1) * run.words;
            lost += group.settle(models, chosen, run.settled, run.delayed);
        }
        group.step();
    }
    return lost;
}

// A netlist with one word of streams, from cycle to cycle.
struct Simulation {
    Netlist netlist;
    Program program;
    Models models;
    Lanes<1> streams;

    Simulation(const Netlist& n, int64_t count, const Delays* delays)
        : netlist(n), program(expanded(netlist)),
          models(settlings(netlist, program, count, delays)), streams(netlist, program, 0) {}
};

}  // namespace

extern "C" {

// Nets that did not settle to what they are; never any, in a netlist without loops.
int64_t simulate(const Netlist* netlist, const Run* run) {
    const Program program = expanded(*netlist);
    Models models = settlings(*netlist, program, run->models, run->delays);
    int64_t lost = 0;
    for (auto& group : groups(*netlist, program, run->words))
        lost += whole(*netlist, *run, models, *group);
    return lost;
}

// The arrays of the netlist and of its delays must outlive the simulation.
Simulation* simulation_new(const Netlist* netlist, int64_t models, const Delays* delays) {
    return new Simulation(*netlist, models, delays);
}

void simulation_delete(Simulation* one) { delete one; }

// Flip-flops show their states, and nets settle; as often as ports change within a cycle.
void simulation_settle(Simulation* one, const Cycle* cycle) {
    for (int64_t i = 0; i < cycle->driven; ++i)
        one->streams.drive(cycle->driven_nets[i], cycle->driven_words + i);
    one->streams.evaluate(0, one->netlist.outputs + one->netlist.gates);
    for (int64_t i = 0; i < cycle->kept; ++i)
        one->streams.keep(cycle->kept_nets[i], cycle->kept_words + i);
}

// All nets as they stand.
void simulation_values(const Simulation* one, uint64_t* values) {
    for (int64_t net = 0; net < one->netlist.nets; ++net) one->streams.keep(net, values + net);
}

// Ends a cycle; counts what changed since the last one where there is an array to count in, and
// what happened with delays where there are arrays for that.
int64_t simulation_step(Simulation* one, int64_t* toggles, int64_t* settled, int64_t* delayed) {
    const uint8_t chosen = settled != nullptr;
    if (toggles) one->streams.count(toggles);
    const int64_t lost = one->streams.settle(one->models, &chosen, settled, delayed);
    one->streams.step();
    return lost;
}
}
