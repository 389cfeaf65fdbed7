// How the nets of 64 streams settle when each cell takes its own time, event by event.
//
// An output's change is due one delay after the input that causes it, and is called off when the
// inputs take it back before: pulses that are shorter than the delay die. Streams whose changes
// fall on the same instant share an event.

#pragma once

#include "netlist.h"

extern "C" {

// Of each of a netlist's `outputs` and `gates`: what makes it rise, then what makes it fall, the
// quickest first.
struct Delays {
    const int32_t* starts;  // 2 * (outputs + gates) + 1
    const int32_t* nets;    // whose edge causes it; of a flip-flop's output, the clock
    const int32_t* rising;  // whether that edge is a rise
    const int32_t* times;   // from there to the output, at least 1; of a flip-flop's, 0 too
};
}

namespace {

class Settling {
  public:
    Settling(const Netlist& n, const Program& p, const Delays& d)
        : n(n), p(p), d(d), driven(n.outputs + n.gates), reader_starts(n.nets + 1),
          values(p.slots), waiting(n.nets), changed(n.nets), changed_at(n.nets, -1),
          queued_at(driven, -1), first(n.nets, NONE) {
        std::vector<char> has_driver(n.nets);
        for (int64_t e = 0; e < driven; ++e) has_driver[n.targets[e]] = 1;
        for (int32_t net = 2; net < n.nets; ++net)
            if (!has_driver[net]) ports.push_back(net);
        std::vector<std::vector<int32_t>> reading(n.nets);
        for (int64_t e = n.outputs; e < driven; ++e)
            for (int32_t i = n.input_starts[e]; i < n.input_starts[e + 1]; ++i)
                reading[n.inputs[i]].push_back(static_cast<int32_t>(e));
        for (int64_t net = 0; net < n.nets; ++net) {
            readers.insert(readers.end(), reading[net].begin(), reading[net].end());
            reader_starts[net + 1] = static_cast<int32_t>(readers.size());
        }
        for (int32_t i = 0; i < d.starts[2 * driven]; ++i)
            while (span <= d.times[i]) span *= 2;
        due.assign(span, NONE);
        busy.assign(span / 64, 0);
    }

    // From the nets of `before` to those of `now`, counting changes; how many did not arrive.
    // Nets stand `stride` words apart.
    int64_t settle(
        const uint64_t* before, const uint64_t* now, int64_t stride, int64_t* counts) {
        for (int64_t net = 0; net < n.nets; ++net) values[net] = before[net * stride];
        ++time;
        for (int32_t net : ports) change(net, values[net] ^ now[net * stride], counts);
        for (int64_t e = 0; e < n.outputs; ++e) {
            const int32_t net = n.targets[e];
            const uint64_t target = now[net * stride], moves = values[net] ^ target;
            for (int rises : {1, 0}) {
                const uint64_t lanes = moves & (rises ? target : ~target);
                if (!lanes) continue;
                const int32_t wait = d.times[d.starts[2 * e + !rises]];
                if (wait) expect(net, lanes, time + wait);
                else change(net, lanes, counts);
            }
        }
        react();
        while (alive) {
            advance();
            int32_t at = due[time & (span - 1)];
            due[time & (span - 1)] = NONE;
            while (at != NONE) {
                const int32_t next = events[at].next_due;
                fire(at, counts);
                at = next;
            }
            react();
        }
        int64_t lost = 0;
        for (int64_t net = 0; net < n.nets; ++net) lost += values[net] != now[net * stride];
        return lost;
    }

  private:
    static constexpr int32_t NONE = -1;
    static constexpr int LOOK = 4;  // events of one instant that are searched for a net's
    struct Event {
        uint64_t lanes;
        int64_t when;
        int32_t net, before, behind, next_due;  // of the same net, and of the same instant
    };

    // Some lanes of a net change now.
    void change(int32_t net, uint64_t lanes, int64_t* counts) {
        if (!lanes) return;
        counts[net] += std::popcount(lanes);
        values[net] ^= lanes;
        changed[net] = changed_at[net] == time ? changed[net] | lanes : lanes;
        changed_at[net] = time;
        for (int32_t i = reader_starts[net]; i < reader_starts[net + 1]; ++i) {
            const int32_t e = readers[i];
            if (queued_at[e] == time) continue;
            queued_at[e] = time;
            queue.push_back(e);
        }
    }

    // What the gates whose inputs changed now make of it.
    void react() {
        for (int32_t e : queue) {
            const int32_t net = n.targets[e];
            const Operation* o = p.operations.data() + p.starts[e];
            const Operation* last = p.operations.data() + p.starts[e + 1] - 1;
            for (; o < last; ++o) values[o->to] = apply(*o, values.data());
            const uint64_t target = apply(*o, values.data());
            const uint64_t moves = target ^ values[net];
            const uint64_t dying = waiting[net] & ~moves, fresh = moves & ~waiting[net];
            if (dying) {
                for (int32_t at = first[net]; at != NONE; at = events[at].behind)
                    events[at].lanes &= ~dying;
                waiting[net] &= ~dying;
            }
            if (fresh & target) begin(e, fresh & target, 1);
            if (fresh & ~target) begin(e, fresh & ~target, 0);
        }
        queue.clear();
    }

    // Some lanes of a gate's output begin to rise or to fall: as the quickest cause has it.
    void begin(int32_t e, uint64_t lanes, int rises) {
        const int32_t last = d.starts[2 * e + !rises + 1] - 1;
        for (int32_t arc = d.starts[2 * e + !rises]; arc <= last && lanes; ++arc) {
            uint64_t caused = lanes;  // by the last one in any case
            if (arc < last) {
                const int32_t net = d.nets[arc];
                if (changed_at[net] != time) continue;
                caused &= changed[net] & (d.rising[arc] ? values[net] : ~values[net]);
                if (!caused) continue;
            }
            expect(n.targets[e], caused, time + d.times[arc]);
            lanes &= ~caused;
        }
    }

    // Some lanes of a net are to change.
    void expect(int32_t net, uint64_t lanes, int64_t when) {
        waiting[net] |= lanes;
        int32_t& slot = due[when & (span - 1)];
        int32_t same = first[net] != NONE && events[first[net]].when == when ? first[net] : NONE;
        int32_t other = slot;
        for (int looked = 0; same == NONE && other != NONE && looked < LOOK; ++looked) {
            if (events[other].net == net) same = other;
            other = events[other].next_due;
        }
        if (same != NONE) {  // two events of a net at one instant would do the same
            events[same].lanes |= lanes;
            return;
        }
        int32_t at = static_cast<int32_t>(events.size());
        if (unused.empty()) events.emplace_back();
        else at = unused.back(), unused.pop_back();
        events[at] = {lanes, when, net, NONE, first[net], slot};
        if (first[net] != NONE) events[first[net]].before = at;
        first[net] = slot = at;
        busy[(when & (span - 1)) / 64] |= uint64_t{1} << (when % 64);
        ++alive;
    }

    // To the next instant at which something is due.
    void advance() {
        const int64_t at = time & (span - 1);
        int64_t word = at / 64;
        uint64_t bits = busy[word] >> (at % 64) << (at % 64);
        while (!bits) {
            word = (word + 1) & (span / 64 - 1);
            bits = busy[word];
        }
        const int64_t next = 64 * word + std::countr_zero(bits);
        time += (next - at) & (span - 1);
        busy[word] &= ~(uint64_t{1} << (next % 64));
    }

    void fire(int32_t at, int64_t* counts) {
        const Event event = events[at];
        if (event.before != NONE) events[event.before].behind = event.behind;
        else first[event.net] = event.behind;
        if (event.behind != NONE) events[event.behind].before = event.before;
        unused.push_back(at);
        --alive;
        waiting[event.net] &= ~event.lanes;
        change(event.net, event.lanes, counts);
    }

    const Netlist& n;
    const Program& p;
    const Delays d;
    const int64_t driven;  // evaluations that drive a net
    std::vector<int32_t> ports, reader_starts, readers;
    std::vector<uint64_t> values;   // by slot
    std::vector<uint64_t> waiting;  // lanes of a net that are to change
    std::vector<uint64_t> changed;  // lanes of a net that changed at `changed_at`
    std::vector<int64_t> changed_at, queued_at;
    std::vector<int32_t> first;  // event of a net
    std::vector<int32_t> due;    // first event of an instant, modulo `span`
    std::vector<uint64_t> busy;  // a bit for each of these
    std::vector<Event> events;
    std::vector<int32_t> unused, queue;
    int64_t span = 64;  // a power of two beyond each delay
    int64_t time = 0, alive = 0;
};

}  // namespace
