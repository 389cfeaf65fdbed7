// Multiplies two matrices on a Verilated array: cuts them into tiles, drives every stream, counts
// cycles, and collects the results.
//
//   array JOB RESULT [WAVES.vcd]     see lmul.sim.array_job for the two files
//
// array_shape.h says what the array is. Exit status 3: the array broke the protocol or hangs; the
// reason is the last line on standard error.

#include "Varray.h"
#include "array_shape.h"
#include "array_streams.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

namespace {

// Nothing moves for so many cycles only when nothing ever will.
constexpr uint64_t PATIENCE = 100'000;
constexpr uint64_t FLUSH = 2 * ROWS + COLUMNS + 12;
constexpr size_t LEFT_BYTES = ROWS * TERMS * CODE_BYTES;
constexpr size_t RIGHT_BYTES = COLUMNS * TERMS * CODE_BYTES;
constexpr size_t OUT_BYTES = COLUMNS * RESULT_BYTES, FLAG_BYTES = (OUT_USER + 7) / 8;

struct Job {
    uint64_t m, k, n, seed, bare;
    uint64_t stalls[5];  // of a, b, out, sums, partials
};

struct Counts {
    uint64_t cycles, held, starved, drained, too_long, nanoseconds;
};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(3);
}

uint64_t blocks(uint64_t size, uint64_t step) { return (size + step - 1) / step; }

std::vector<uint8_t> read(FILE* file, size_t size) {
    std::vector<uint8_t> bytes(size);
    if (std::fread(bytes.data(), 1, size, file) != size) fail("the job's file is too short");
    return bytes;
}

// The lines of a matrix, cut into blocks of neighbours with a tkeep each. A line is `terms` rows of
// the matrix, the codes of a column side by side: in the last line there may be fewer.
struct Operand {
    Operand(FILE* file, uint64_t rows, uint64_t size, uint64_t lanes, uint64_t terms)
        : lines(blocks(rows, terms)), lanes(lanes), terms(terms), count(blocks(size, lanes)),
          codes(read(file, lines * count * lanes * terms * CODE_BYTES)), none(keep_bits(0, 0)) {
        const uint64_t last = rows - (lines - 1) * terms, rest = size - (count - 1) * lanes;
        for (bool ends : {false, true})
            for (bool edge : {false, true})
                kept[ends][edge] = keep_bits(edge ? rest : lanes, ends ? last : terms);
    }

    const uint8_t* at(uint64_t line, uint64_t block) const {
        return codes.data() + (line * count + block) * lanes * terms * CODE_BYTES;
    }
    const std::vector<uint8_t>& keep(uint64_t line, uint64_t block) const {
        return line >= lines ? none : kept[line + 1 == lines][block + 1 == count];
    }

    uint64_t lines, lanes, terms, count;
    std::vector<uint8_t> codes, none, kept[2][2];

  private:
    // tkeep of a block in which so many columns are kept, and of each so many rows: a bit a byte.
    std::vector<uint8_t> keep_bits(uint64_t columns, uint64_t rows) const {
        std::vector<uint8_t> bits((lanes * terms * CODE_BYTES + 7) / 8);
        for (uint64_t column = 0; column < columns; ++column)
            for (uint64_t byte = 0; byte < rows * CODE_BYTES; ++byte) {
                uint64_t place = column * terms * CODE_BYTES + byte;
                bits[place / 8] |= 1u << place % 8;
            }
        return bits;
    }
};

class Bench {
  public:
    Bench(FILE* file, const char* waves)
        : job(header(file)),
          left(file, FLOW_WS ? job.m : job.k, FLOW_WS ? job.k : job.m,
               FLOW_WS ? ROWS * TERMS : ROWS, FLOW_WS ? 1 : TERMS),
          right(file, job.k, job.n, COLUMNS, TERMS), lines(left.lines),
          tiles(left.count * right.count), a(lines * tiles, stalls(0)),
          b((FLOW_WS ? ROWS : lines) * tiles, stalls(1)), ready(stalls(2)),
          sums(FLOW_WS ? job.m * (tiles - right.count) : 0, stalls(3)), takes(stalls(4)),
          rows(FLOW_WS ? job.m : ROWS * left.count), results(rows * right.count * OUT_BYTES),
          flags(rows * right.count * FLAG_BYTES) {
#if VM_TRACE
        if (waves) {
            context.traceEverOn(true);
            top.trace(&trace, 99);
            trace.open(waves);
            traces = true;
        }
#endif
        top.rst = 1;
        edge();
        edge();
        top.rst = 0;
    }

    Counts run() {
        auto start = std::chrono::steady_clock::now();
        job.bare ? bare() : product();
        auto passed = std::chrono::steady_clock::now() - start;
        counts.nanoseconds = std::chrono::nanoseconds(passed).count();
        if (!job.bare) flush();
        counts.too_long = top.too_long;
        if (!job.bare && top.bad_last) fail("takes marks of tiles for wrong that are right");
#if VM_TRACE
        trace.close();
#endif
        top.final();
        return counts;
    }

    void write(FILE* file) const {
        std::fwrite(&counts, sizeof counts, 1, file);
        std::fwrite(results.data(), 1, results.size(), file);
        std::fwrite(flags.data(), 1, flags.size(), file);
    }

  private:
    static Job header(FILE* file) {
        Job job;
        std::memcpy(&job, read(file, sizeof job).data(), sizeof job);
        return job;
    }
    Stalls stalls(int stream) const { return Stalls(job.stalls[stream], job.seed * 8 + stream); }

    void settle() {
        top.clk = 0;
        top.eval();
        dump(0);
    }
    void edge() {
        if (top.clk) settle();
        top.clk = 1;
        top.eval();
        dump(5);
        ++time;
    }
    void dump(int phase) {
#if VM_TRACE
        if (traces) trace.dump(time * 10 + phase);
#endif
    }

    void product() {
        uint64_t idle = 0;
        const uint64_t wanted = rows * right.count;
        while (got < wanted) {
            offer();
            settle();
            bool moved = take(wanted);
            idle = moved ? 0 : idle + 1;
            if (idle == PATIENCE)
                fail("hangs: it takes no operand and gives no result, in " +
                     std::to_string(PATIENCE) + " cycles");
            edge();
        }
    }

    void offer() {
        if (a.starts()) put_a(a.next());
        if (b.starts()) put_b(b.next());
        top.s_axis_a_tvalid = a.valid();
        top.s_axis_b_tvalid = b.valid();
        top.m_axis_out_tready = !ready.now();
#if FLOW_WS
        if (sums.starts(!partials.empty())) {
            const auto& beat = partials.front();
            put(top.s_axis_sums_tdata, beat.data(), SUMS_BYTES);
            if (SUMS_USER) put_sums_user(beat.data() + SUMS_BYTES);
            top.s_axis_sums_tlast = beat.back();
        }
        top.s_axis_sums_tvalid = sums.valid();
        top.m_axis_partials_tready = !takes.now();
#endif
    }

    // os: tiles along N, then along M, each over all of K. ws: tiles along N, then along K.
    void put_a(uint64_t beat) {
        uint64_t tile = beat / lines, line = beat % lines, block = tile / right.count;
        put(top.s_axis_a_tdata, left.at(line, block), LEFT_BYTES);
        const auto& keep = left.keep(line, block);
        put(top.s_axis_a_tkeep, keep.data(), keep.size());
        top.s_axis_a_tlast = line + 1 == lines;
#if FLOW_WS
        top.s_axis_a_tuser = (block == 0) | (block + 1 == left.count) << 1 | (line == 0) << 2;
#endif
    }

    void put_b(uint64_t beat) {
        uint64_t tile_lines = FLOW_WS ? ROWS : lines;
        uint64_t tile = beat / tile_lines, line = beat % tile_lines, block = tile % right.count;
        top.s_axis_b_tlast = line + 1 == tile_lines;
        if (FLOW_WS) line += tile / right.count * ROWS;
        if (line < right.lines) put(top.s_axis_b_tdata, right.at(line, block), RIGHT_BYTES);
        const auto& keep = right.keep(line, block);
        put(top.s_axis_b_tkeep, keep.data(), keep.size());
    }

    // What the coming edge does, and what it counts for; whether a beat moves.
    bool take(uint64_t wanted) {
        bool moved = a.moves(top.s_axis_a_tready) | b.moves(top.s_axis_b_tready);
        begun |= moved;
#if FLOW_WS
        moved |= take_sums();
#endif
        bool gives = top.m_axis_out_tvalid && top.m_axis_out_tready;
        if (begun) count();
        if (!steady.holds(top.m_axis_out_tvalid, top.m_axis_out_tready, [this] { return beat(); }))
            fail("changes a result that waits");
        if (gives) {
            uint64_t height = FLOW_WS ? job.m : ROWS;
            uint64_t tile = got / height, row = got % height;
            if (top.m_axis_out_tlast != (row + 1 == height))
                fail("marks result " + std::to_string(got) + " of " + std::to_string(wanted) +
                     " wrongly as last or not last");
            uint64_t place = FLOW_WS ? row * right.count + tile
                                     : (tile / right.count * ROWS + row) * right.count +
                                           tile % right.count;
            get(top.m_axis_out_tdata, results.data() + place * OUT_BYTES, OUT_BYTES);
            get_flags(flags.data() + place * FLAG_BYTES);
            ++got;
        }
        return moved | gives;
    }

    // Cycles, and those of them that a stream's waiting cost: see lmul.sim.array_run.
    void count() {
        ++counts.cycles;
        if (top.held) {
            ++counts.held;
        } else if (uint64_t before = lines * tiles - entered; before) {
            uint64_t of_tile = (before - 1) % lines + 1;
            bool ends = !top.bubble && of_tile == 1;
            // On their way through the ports, the first operands are not late.
            bool late = passed >= PORT && of_tile > spacing;
            if (!FLOW_WS && top.bubble && late) ++counts.starved;
            spacing = ends ? ROWS - 1 : spacing ? spacing - 1 : 0;
            entered += !top.bubble;
        } else {
            ++wave;
        }
        ++passed;
        // The last operands have passed all cells: from here on the grid has nothing to do.
        if (top.waits && wave > GRID) ++counts.drained;
    }

    std::vector<uint8_t> beat() const {
        std::vector<uint8_t> bytes(OUT_BYTES + FLAG_BYTES + 1);
        get(top.m_axis_out_tdata, bytes.data(), OUT_BYTES);
        get_flags(bytes.data() + OUT_BYTES);
        bytes.back() = top.m_axis_out_tlast;
        return bytes;
    }
    void get_flags(uint8_t* bytes) const {
#if OUT_USER
        get(top.m_axis_out_tuser, bytes, FLAG_BYTES);
#endif
    }

#if FLOW_WS
    static constexpr size_t SUMS_BYTES = COLUMNS * SUM_BYTES, TERMS_BYTES = (SUMS_USER + 7) / 8;

    void put_sums_user(const uint8_t* bytes) {
#if SUMS_USER
        put(top.s_axis_sums_tuser, bytes, TERMS_BYTES);
#endif
    }

    std::vector<uint8_t> partial() const {
        std::vector<uint8_t> bytes(SUMS_BYTES + TERMS_BYTES + 1);
        get(top.m_axis_partials_tdata, bytes.data(), SUMS_BYTES);
#if SUMS_USER
        get(top.m_axis_partials_tuser, bytes.data() + SUMS_BYTES, TERMS_BYTES);
#endif
        bytes.back() = top.m_axis_partials_tlast;
        return bytes;
    }

    bool take_sums() {
        bool moved = sums.moves(top.s_axis_sums_tready);
        if (moved) partials.pop_front();
        bool valid = top.m_axis_partials_tvalid, wanted = top.m_axis_partials_tready;
        if (!partials_steady.holds(valid, wanted, [this] { return partial(); }))
            fail("changes a partial sum that waits");
        if (valid && wanted) partials.push_back(partial());
        return moved | (valid && wanted);
    }
#endif

    // The results are in: nothing more may come.
    void flush() {
        top.s_axis_a_tvalid = top.s_axis_b_tvalid = 0;
        top.m_axis_out_tready = 1;
        for (uint64_t cycle = 0; cycle < FLUSH; ++cycle) {
            settle();
            if (top.m_axis_out_tvalid) fail("gives a result that nobody asked for");
            edge();
        }
    }

    // The least that a loop around the model can do: what the driver's speed is measured against.
    void bare() {
        uint64_t line = 0;
        top.s_axis_a_tvalid = top.s_axis_b_tvalid = top.m_axis_out_tready = 1;
        put_a(0);
        put_b(0);
        for (uint64_t cycle = 0; cycle < job.bare; ++cycle) {
            put(top.s_axis_a_tdata, left.at(line, 0), LEFT_BYTES);
            put(top.s_axis_b_tdata, right.at(line, 0), RIGHT_BYTES);
            line = line + 1 == lines ? 0 : line + 1;
            top.s_axis_a_tlast = line == 0;
            top.clk = 0;
            top.eval();
            top.clk = 1;
            top.eval();
        }
        counts.cycles = job.bare;
    }

    VerilatedContext context;
    Varray top{&context};
#if VM_TRACE
    VerilatedVcdC trace;
#endif
    bool traces = false;
    uint64_t time = 0;

    Job job;
    Operand left, right;
    uint64_t lines, tiles;
    Source a, b;
    Stalls ready;
    Source sums;
    Stalls takes;
    uint64_t rows;
    std::vector<uint8_t> results, flags;
    std::deque<std::vector<uint8_t>> partials;
    Steady steady, partials_steady;

    uint64_t got = 0, spacing = 0, entered = 0, passed = 0, wave = 0;
    bool begun = false;
    Counts counts{};
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) fail("usage: array JOB RESULT [WAVES.vcd]");
    FILE* job = std::fopen(arguments[1], "rb");
    if (!job) fail("no job");
    auto bench = std::make_unique<Bench>(job, count > 3 ? arguments[3] : nullptr);
    std::fclose(job);
    bench->run();
    FILE* result = std::fopen(arguments[2], "wb");
    if (!result) fail("can't write the result");
    bench->write(result);
    if (std::fclose(result)) fail("can't write the result");
    return 0;
}
