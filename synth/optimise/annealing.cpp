// Finds a circuit of few gates whose outputs are a correction with a small error.
//
// A circuit is a row of two-input gates, each of any two signals before it (Miller's Cartesian
// genetic programming), changed at random and kept by simulated annealing. All inputs are the same
// with x and y exchanged, and so is what is made of them. Signals are truth tables over the cells
// of the correction's tables, 64 cells in a machine word.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

namespace {

constexpr int WORDS = 2;  // 36 pairs of three bits, with and without a carry

struct Gate {
    int32_t op;  // and, or, xor, nand, nor, xnor
    int32_t a, b;
};

struct Problem {
    int32_t inputs, gates, cells, bits, chained;
    const uint64_t *tables;  // of the inputs, WORDS each
    const int32_t *costs;    // gates that each input takes
    const int64_t *errors, *biases;  // of each cell and value, 1 << bits values each
    int64_t target, most_bias;
    double weight;  // gates that one unit of error or bias beyond these weighs
    int64_t steps, seed;
};

struct Circuit {
    std::vector<Gate> gates;
    std::vector<int32_t> outputs;  // a signal; -1 is a constant 0
};

struct Signal {
    uint64_t words[WORDS];
};

// What the outputs are in each cell, and the errors of that.
struct Result {
    std::vector<Signal> bits;
    int64_t error, bias;
    double cost;
};

class Search {
  public:
    explicit Search(const Problem &problem)
        : p(problem), signals(p.inputs + p.gates), used(p.inputs + p.gates), random(problem.seed) {
        for (int i = 0; i < p.inputs; i++)
            std::copy_n(p.tables + i * WORDS, WORDS, signals[i].words);
        now.gates.resize(p.gates);
        for (int i = 0; i < p.gates; i++) now.gates[i] = drawn(i);
        now.outputs.assign(p.bits, -1);
        found.bits.assign(p.bits, Signal{});
        found.error = found.bias = 0;
        for (int cell = 0; cell < p.cells; cell++) {
            found.error += p.errors[cell << p.bits];
            found.bias += p.biases[cell << p.bits];
        }
        tried = found;
    }

    // From hot to cold; what is left in `best` is the cheapest circuit met.
    void anneal() {
        constexpr double HOT = 120, COLD = 0.2;  // in gates
        judge();
        std::swap(found, tried);
        best = now;
        double least = found.cost;
        for (int64_t step = 0; step < p.steps; step++) {
            const double heat = HOT * std::pow(COLD / HOT, double(step) / double(p.steps));
            changed.clear();
            const std::vector<int32_t> outputs = now.outputs;
            if (!change()) continue;
            judge();
            if (tried.cost <= found.cost || real() < std::exp((found.cost - tried.cost) / heat)) {
                std::swap(found, tried);
                if (found.cost < least) least = found.cost, best = now;
            } else {
                for (size_t i = changed.size(); i-- > 0;)
                    now.gates[changed[i].first] = changed[i].second;
                now.outputs = outputs;
                mark();
            }
        }
    }

    Circuit best;

  private:
    const Problem &p;
    std::vector<Signal> signals;
    std::vector<char> used;
    std::mt19937_64 random;
    Circuit now;
    Result found, tried;
    std::vector<std::pair<int, Gate>> changed;

    int below(int n) { return int(random() % uint64_t(n)); }
    double real() { return double(random() >> 11) * 0x1p-53; }
    Gate drawn(int place) { return {below(6), below(p.inputs + place), below(p.inputs + place)}; }

    // Whether anything changed that the outputs depend on.
    bool change() {
        bool matters = false;
        for (int left = 1 + (below(3) == 0) + (below(6) == 0); left > 0; left--) {
            if (below(16) == 0) {
                now.outputs[below(p.bits)] = below(24) ? below(p.inputs + p.gates) : -1;
                matters = true;
                continue;
            }
            const int place = below(p.gates);
            Gate &g = now.gates[place];
            changed.push_back({place, g});
            matters |= used[p.inputs + place];
            switch (below(4)) {
            case 0: g.op = below(6); break;
            case 1: g.a = below(p.inputs + place); break;
            case 2: g.b = below(p.inputs + place); break;
            default: g = drawn(place);
            }
        }
        return matters;
    }

    void mark() {
        std::fill(used.begin(), used.end(), 0);
        for (int32_t signal : now.outputs)
            if (signal >= 0) used[signal] = 1;
        for (int i = p.gates - 1; i >= 0; i--)
            if (used[p.inputs + i]) used[now.gates[i].a] = used[now.gates[i].b] = 1;
    }

    // The circuit `now`, from what differs of the one found.
    void judge() {
        mark();
        int gates = row();
        for (int i = 0; i < p.inputs; i++)
            if (used[i]) gates += p.costs[i];
        for (int i = 0; i < p.gates; i++)
            if (used[p.inputs + i]) gates++, compute(now.gates[i], signals[p.inputs + i]);
        for (int bit = 0; bit < p.bits; bit++)
            tried.bits[bit] = now.outputs[bit] >= 0 ? signals[now.outputs[bit]] : Signal{};
        tried.error = found.error, tried.bias = found.bias;
        for (int w = 0; w < (p.cells + 63) / 64; w++) {
            uint64_t differs = 0;
            for (int bit = 0; bit < p.bits; bit++)
                differs |= tried.bits[bit].words[w] ^ found.bits[bit].words[w];
            if (64 * (w + 1) > p.cells) differs &= ~uint64_t(0) >> (64 * (w + 1) - p.cells);
            for (; differs; differs &= differs - 1) {
                const int place = __builtin_ctzll(differs);
                const int cell = 64 * w + place;
                const int before = value(found, w, place), after = value(tried, w, place);
                tried.error += p.errors[(cell << p.bits) + after];
                tried.error -= p.errors[(cell << p.bits) + before];
                tried.bias += p.biases[(cell << p.bits) + after];
                tried.bias -= p.biases[(cell << p.bits) + before];
            }
        }
        const int64_t beyond = std::max<int64_t>(0, tried.error - p.target) +
                               std::max<int64_t>(0, std::llabs(tried.bias) - p.most_bias);
        tried.cost = gates + p.weight * double(beyond);
    }

    int value(const Result &result, int word, int place) const {
        int found_value = 0;
        for (int bit = 0; bit < p.bits; bit++)
            found_value |= int(result.bits[bit].words[word] >> place & 1) << bit;
        return found_value;
    }

    // What it costs to add the bits: a half adder to begin with, then full adders, half adders
    // up to the exponent, and the gate that joins both rows' carries.
    int row() const {
        int gates = 0;
        bool begun = false;
        for (int32_t signal : now.outputs) {
            gates += signal >= 0 && begun ? 5 : signal >= 0 || begun ? 2 : 0;
            begun |= signal >= 0;
        }
        return begun ? gates + 2 * p.chained + 1 : 0;
    }

    void compute(const Gate &g, Signal &r) const {
        const uint64_t *a = signals[g.a].words, *b = signals[g.b].words;
        const uint64_t inverted = g.op >= 3 ? ~uint64_t(0) : 0;
        for (int w = 0; w < WORDS; w++) {
            const uint64_t one = g.op % 3 == 0   ? a[w] & b[w]
                                 : g.op % 3 == 1 ? a[w] | b[w]
                                                 : a[w] ^ b[w];
            r.words[w] = one ^ inverted;
        }
    }
};

}  // namespace

// gates: op, a, b of each.
extern "C" void anneal(const Problem *problem, int32_t *gates, int32_t *outputs) {
    Search search(*problem);
    search.anneal();
    for (const Gate &g : search.best.gates) *gates++ = g.op, *gates++ = g.a, *gates++ = g.b;
    std::copy(search.best.outputs.begin(), search.best.outputs.end(), outputs);
}
