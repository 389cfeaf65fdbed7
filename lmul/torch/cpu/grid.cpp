// Numbers rounded to a format's grid, as lmul.encode rounds them, in one pass.
#include "kernel.h"

extern "C" {

struct Layout {                  // of a stack of matrices, contiguous
  int64_t matrices, rows, columns;
  const double *row_scales;      // one for each row of the stack, or null
  const double *column_scales;   // one for each column of each matrix, or null
};

struct Grid {
  int64_t mantissa_bits, truncate;
  double step, tiny_below;       // between subnormals; what is below the smallest normal number
  double flush_below;            // rounded numbers below are 0
  double max, beyond, infinite;  // what becomes of numbers beyond the largest, and of Inf
};

}  // extern "C"

namespace {

// The smallest (less one, so that 0 is the largest of all) and largest magnitude, as integers:
// these have the floats' order.
struct Seen {
  uint32_t low = UINT32_MAX, high = 0;
};

template <class T, class Word, int MANTISSA>
void round_line(const T *__restrict from, const T *__restrict scales, const Grid &grid,
                int64_t count, float *__restrict to, Seen &seen) {
  const int cut = std::max<int64_t>(0, MANTISSA - grid.mantissa_bits);
  const bool nearest = cut && !grid.truncate;
  const Word sign = Word(1) << (sizeof(T) * 8 - 1), mask = ~((Word(1) << cut) - 1);
  const Word half_less_one = nearest ? (Word(1) << (cut - 1)) - 1 : 0, even = nearest;
  const Word infinite_bits = bits_of<Word>(T(INFINITY));
  const T step = grid.step, whole = T(1.5) * (Word(1) << MANTISSA) * step;
  const T down = grid.truncate ? step : 0, tiny_below = cut ? grid.tiny_below : 0;
  const T flush_below = grid.flush_below, max = grid.max;
  const T beyond = grid.beyond, infinite = grid.infinite;
  uint32_t low = UINT32_MAX, high = 0;
  for (int64_t j = 0; j < count; j++) {
    const Word bits = bits_of<Word>(T(from[j] * scales[j]));
    const Word code = bits & ~sign;
    const T magnitude = bits_of<T>(code);
    const T normal = bits_of<T>(Word((code + half_less_one + ((code >> cut) & even)) & mask));
    T tiny = (magnitude + whole) - whole;
    tiny = tiny > magnitude ? tiny - down : tiny;
    T kept = magnitude < tiny_below ? tiny : normal;
    kept = kept < flush_below ? T(0) : kept;
    kept = kept > max ? beyond : kept;
    kept = code == infinite_bits ? infinite : kept;
    kept = code > infinite_bits ? magnitude : kept;
    const float single = bits_of<T>(Word(bits_of<Word>(kept) | (bits & sign)));
    const uint32_t size = bits_of<uint32_t>(single) & 0x7fffffff;
    low = std::min(low, size - 1);
    high = std::max(high, size);
    to[j] = single;
  }
  seen.low = std::min(seen.low, low);
  seen.high = std::max(seen.high, high);
}

// Rounds `from`, times its scales, to numbers of the grid. exponents: of the smallest and of the
// largest magnitude but 0 (1 and 0 where there are only zeros), and whether all are finite.
template <class T, class Word, int MANTISSA>
void round_to_grid(const T *from, const Layout &layout, const Grid &grid, float *to,
                   int64_t *exponents, int64_t threads) {
  const int64_t rows = layout.matrices * layout.rows, columns = layout.columns;
  const int64_t share = std::max<int64_t>(1, (1 << 15) / columns);
  const int64_t parts = (rows + share - 1) / share;
  std::vector<Seen> seen(parts);
  in_threads(parts, rows * columns < SMALL ? 1 : threads, [&](int64_t part, auto &) {
    std::vector<T> scales(columns, 1);
    for (int64_t i = part * share; i < std::min(rows, (part + 1) * share); i++) {
      if (layout.row_scales) std::fill(scales.begin(), scales.end(), T(layout.row_scales[i]));
      if (layout.column_scales)
        std::copy_n(layout.column_scales + i / layout.rows * columns, columns, scales.begin());
      round_line<T, Word, MANTISSA>(from + i * columns, scales.data(), grid, columns,
                                    to + i * columns, seen[part]);
    }
  });
  Seen all;
  for (const Seen &one : seen) {
    all.low = std::min(all.low, one.low);
    all.high = std::max(all.high, one.high);
  }
  const auto exponent = [](uint32_t magnitude) {
    return (bits_of<int64_t>(double(bits_of<float>(magnitude))) >> 52) - 1023;
  };
  exponents[0] = all.high ? exponent(all.low + 1) : 1;
  exponents[1] = all.high ? exponent(all.high) : 0;
  exponents[2] = all.high < 0x7f800000;
}

template <class T, class Word>
void peaks(const T *from, const Layout &layout, int64_t by, T *to) {
  const Word magnitude = Word(-1) >> 1;
  const int64_t lines = by == 0 ? layout.rows : by == 1 ? layout.columns : 0;
  std::vector<Word> found(by == 2 ? 1 : layout.matrices * lines, 0);
  for (int64_t i = 0; i < layout.matrices * layout.rows; i++) {
    const T *line = from + i * layout.columns;
    if (by == 1) {
      Word *peak = found.data() + i / layout.rows * lines;
      for (int64_t j = 0; j < layout.columns; j++)
        peak[j] = std::max(peak[j], Word(bits_of<Word>(line[j]) & magnitude));
    } else {
      Word peak = 0;
      for (int64_t j = 0; j < layout.columns; j++)
        peak = std::max(peak, Word(bits_of<Word>(line[j]) & magnitude));
      Word &all = found[by == 0 ? i : 0];
      all = std::max(all, peak);
    }
  }
  std::memcpy(to, found.data(), found.size() * sizeof(T));
}

}  // namespace

extern "C" {

// See round_to_grid.
void grid_of_floats(const float *from, const Layout *layout, const Grid *grid, float *to,
                    int64_t *exponents, int64_t threads) {
  round_to_grid<float, uint32_t, 23>(from, *layout, *grid, to, exponents, threads);
}

void grid_of_doubles(const double *from, const Layout *layout, const Grid *grid, float *to,
                     int64_t *exponents, int64_t threads) {
  round_to_grid<double, uint64_t, 52>(from, *layout, *grid, to, exponents, threads);
}

// The largest magnitude (NaN the largest of all) of each row (by = 0), each column (1), all (2).
void peaks_of_floats(const float *from, const Layout *layout, int64_t by, float *to) {
  peaks<float, uint32_t>(from, *layout, by, to);
}

void peaks_of_doubles(const double *from, const Layout *layout, int64_t by, double *to) {
  peaks<double, uint64_t>(from, *layout, by, to);
}

}  // extern "C"
