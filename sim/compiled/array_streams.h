// Ends of AXI4-Stream ports in a Verilated model: what offers beats, and what takes them.
//
// A port is written and read as bytes: Verilator keeps bits in machine words, lowest first, and the
// machine is little-endian.

#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

// Whether a stream waits in a cycle, with a chance of so many in 2^32; its own sequence, so that
// what one stream does changes no other.
class Stalls {
  public:
    Stalls(uint64_t chance, uint64_t seed) : chance_(chance), state_(seed) {}

    bool now() {
        if (!chance_) return false;
        // splitmix64
        state_ += 0x9e3779b97f4a7c15u;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return ((z ^ (z >> 31)) >> 32) < chance_;
    }

  private:
    uint64_t chance_, state_;
};

template <class Port> void put(Port& port, const void* bytes, size_t size) {
    std::memcpy(&port, bytes, size);
}

template <class Port> void get(const Port& port, void* bytes, size_t size) {
    std::memcpy(bytes, &port, size);
}

// Offers beats 0, 1, … in order. Once offered, a beat stays until it is taken.
class Source {
  public:
    Source(uint64_t beats, Stalls stalls) : beats_(beats), stalls_(stalls) {}

    // Whether the next beat is to be put on the ports now. `there` is whether it exists yet.
    bool starts(bool there = true) {
        if (valid_ || next_ == beats_ || !there || stalls_.now()) return false;
        return valid_ = true;
    }

    // After the edge at which `ready` was seen; whether a beat was taken.
    bool moves(bool ready) {
        if (!valid_ || !ready) return false;
        valid_ = false;
        ++next_;
        return true;
    }

    bool valid() const { return valid_; }
    uint64_t next() const { return next_; }
    uint64_t left() const { return beats_ - next_; }

  private:
    uint64_t beats_, next_ = 0;
    bool valid_ = false;
    Stalls stalls_;
};

// Watches that a beat which waits is neither changed nor withdrawn.
class Steady {
  public:
    // False when the protocol is broken. `beat` is looked at while `valid`.
    template <class Beat> bool holds(bool valid, bool ready, Beat beat) {
        if (!waiting_ && !(valid && !ready)) return true;
        std::vector<uint8_t> now;
        if (valid) now = beat();
        bool same = !waiting_ || (valid && now == before_);
        waiting_ = valid && !ready;
        before_ = std::move(now);
        return same;
    }

  private:
    bool waiting_ = false;
    std::vector<uint8_t> before_;
};
