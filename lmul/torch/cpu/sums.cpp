// Matrix products whose multiplication is one of lmul's kinds, on numbers of a format's grid.
//
// A product of two grid numbers is exact in a double, and L-Mul's takes one integer addition: the
// doubles' bits are added, less the bias and plus L-Mul's constant, and the sign bits add up by
// themselves. Corrected kinds look the rest up, truncated ones the product of both mantissas. What is
// summed, and how, is a template parameter.
#include "kernel.h"

namespace {

#if defined(__AVX512F__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
constexpr int ROWS = 4, VECTORS = 4, COLUMNS = LANES * VECTORS;  // of one tile
constexpr int64_t DEPTH = 256, WIDTH = 16 * COLUMNS;             // of one packed block
constexpr int64_t POWER = int64_t(-1) << 52;  // sign and exponent of a double

typedef double Doubles __attribute__((vector_size(8 * LANES)));
typedef int64_t Bits __attribute__((vector_size(8 * LANES)));
typedef uint64_t Counts __attribute__((vector_size(8 * LANES)));
typedef float Floats __attribute__((vector_size(4 * LANES)));

enum { CODE_SUM, FULL, BRACKET, ROUNDED, CORRECTED, LOOKED_UP };  // products
enum { EXACT, BAND, FLOAT32, FORMAT, WINDOW };                    // sums

}  // namespace

extern "C" {

struct Matrix {                  // of floats on the grid, any strides (in elements)
  const float *data;
  const int64_t *starts;         // of each matrix of the stack, in elements
  int64_t down, across;
};

struct Arithmetic {
  int64_t product, sum;
  int64_t constant;              // CODE_SUM, CORRECTED: is added to the sum of both doubles' bits
  double zero;                   // the same: stands for 0; its products are lost in every sum
  double offset_less_one;        // BRACKET
  int64_t product_cut, sum_cut;  // ROUNDED, FORMAT: bits of a double's mantissa that are dropped;
                                 // LOOKED_UP: those below a format's
  double high, low;              // BAND: 1.5 * 2**(52 + c): adding it rounds to multiples of 2**c
  double min_normal, subnormal;  // FORMAT: smallest normal; 1.5 * 2**52 subnormal steps
  double max, overflow;          // FORMAT: the largest finite number, and what is beyond
  double scale, limit, greatest; // WINDOW: 2**-L, 2**W, the largest sum in units of 2**L
  double least;                  // less than any sum but 0 (WINDOW: any product, in its units)
  int64_t lost;                  // CORRECTED: bits of which the sum has only one operand's
  int64_t corrected_at;          // CORRECTED: the place of a correction's last bit
  uint64_t corrections[8];       // CORRECTED: see correction()
  const float *table;            // LOOKED_UP: products of numbers from 1 to below 2, by mantissas
};

}  // extern "C"

namespace {

Doubles absolute(Doubles value) { return Doubles(Bits(value) & ~(Bits{} + INT64_MIN)); }

// To nearest even, without the last `cut` bits of the mantissa.
Doubles rounded(Doubles value, int64_t cut) {
  Bits code = Bits(value);
  const int64_t half_less_one = (int64_t(1) << cut >> 1) - 1;
  return Doubles((code + half_less_one + ((code >> cut) & 1)) & -(int64_t(1) << cut));
}

// Of 16 corrections for the top three bits of x's mantissa, four bits each, the one for those of
// y's (three bits of its place), and for the last of these bits in the sum, which tells the carry.
Bits correction(double x, Doubles y, Bits sum, const Arithmetic &a) {
  const uint64_t those = a.corrections[(bits_of<int64_t>(x) >> 49) & 7];
  const Counts place = Counts(((Bits(y) >> 47) & 28) | ((sum >> 44) & 32));
  return Bits(((Counts{} + those) >> place) & 15) << a.corrected_at;
}

template <int PRODUCT>
Doubles multiply(double one, Doubles y, const Arithmetic &a) {
  const Doubles x = bits_of<Doubles>(Bits{} + bits_of<int64_t>(one));
  if constexpr (PRODUCT == CODE_SUM) return Doubles(Bits(x) + Bits(y));
  if constexpr (PRODUCT == CORRECTED) {
    const Bits sum = Bits(x) + Bits(y) - (Bits(x) & Bits(y) & a.lost);
    return Doubles(sum + correction(one, y, sum, a));
  }
  if constexpr (PRODUCT == FULL) return x * y;
  if constexpr (PRODUCT == BRACKET) {
    Doubles px = Doubles(Bits(x) & POWER), py = Doubles(Bits(y) & POWER);
    return x * py + px * (y + a.offset_less_one * py);
  }
  if constexpr (PRODUCT == LOOKED_UP) {
    const int64_t last = (int64_t(1) << (52 - a.product_cut)) - 1;
    const float *row = a.table + ((bits_of<int64_t>(one) >> a.product_cut) & last) * (last + 1);
    const Bits places = (Bits(y) >> a.product_cut) & last;
    Floats found;
    for (int lane = 0; lane < LANES; lane++) found[lane] = row[places[lane]];
    const Doubles powers = Doubles(Bits(x) & POWER) * Doubles(Bits(y) & POWER);
    return __builtin_convertvector(found, Doubles) * powers;
  }
  return rounded(x * y, a.product_cut);
}

// Rounded to odd, so that rounding again rounds the sum itself.
Doubles to_odd(Doubles a, Doubles b) {
  const Doubles sum = a + b, of_b = sum - a, lost = (a - (sum - of_b)) + (b - of_b);
  const Bits up = lost > 0, down = lost < 0, one = Bits{} + 1;
  const Bits even = (Bits(sum) & 1) - 1;  // all ones, or 0
  const Bits away = up == (sum > 0) ? one : -one;
  return Doubles(Bits(sum) + ((up | down) & even & away));
}

template <int SUM>
Doubles add(Doubles total, Doubles product, const Arithmetic &a) {
  if constexpr (SUM == EXACT) return total + product;
  if constexpr (SUM == BAND) {
    Doubles rest = product - ((product + a.high) - a.high);
    return total + ((rest + a.low) - a.low);
  }
  // Of a product and a sum of at most 24 bits each, the double rounds as their sum does.
  if constexpr (SUM == FLOAT32)
    return __builtin_convertvector(__builtin_convertvector(total + product, Floats), Doubles);
  if constexpr (SUM == FORMAT) {
    Doubles sum = to_odd(total, product);  // a product may have more bits than the format
    Doubles tiny = (sum + a.subnormal) - a.subnormal;
    Doubles kept = absolute(sum) < a.min_normal ? tiny : rounded(sum, a.sum_cut);
    Doubles beyond = Doubles(Bits(Doubles{} + a.overflow) | (Bits(sum) & INT64_MIN));
    return absolute(kept) > a.max ? beyond : kept;
  }
  constexpr double WHOLE = 1.5 * (int64_t(1) << 52);
  Doubles units = product * a.scale, limit = Doubles{} + a.limit;
  units = units > limit ? limit : units < -limit ? -limit : units;
  Doubles whole = (units + WHOLE) - WHOLE, none = Doubles{};
  total += whole - (whole > units + a.least ? none + 1 : none);
  Doubles top = none + a.greatest;
  return total > top ? top : total < -top - 1 ? -top - 1 : total;
}

template <int PRODUCT, int SUM>
void tile(const double *x, const double *y, int64_t depth, double *totals, const Arithmetic &given) {
  const Arithmetic a = given;
  Doubles total[ROWS][VECTORS];
  std::memcpy(total, totals, sizeof total);
  for (int64_t k = 0; k < depth; k++, x += ROWS, y += COLUMNS) {
    Doubles right[VECTORS];
    std::memcpy(right, y, sizeof right);
#pragma GCC unroll 4
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 4
      for (int j = 0; j < VECTORS; j++)
        total[i][j] = add<SUM>(total[i][j], multiply<PRODUCT>(x[i], right[j], a), a);
  }
  std::memcpy(totals, total, sizeof total);
}

using Tile = void (*)(const double *, const double *, int64_t, double *, const Arithmetic &);

template <int PRODUCT>
Tile tile_of(int64_t sum) {
  static const Tile tiles[] = {tile<PRODUCT, EXACT>, tile<PRODUCT, BAND>, tile<PRODUCT, FLOAT32>,
                               tile<PRODUCT, FORMAT>, tile<PRODUCT, WINDOW>};
  return tiles[sum];
}

Tile tile_of(const Arithmetic &a) {
  static Tile (*const of[])(int64_t) = {tile_of<CODE_SUM>, tile_of<FULL>, tile_of<BRACKET>,
                                        tile_of<ROUNDED>, tile_of<CORRECTED>, tile_of<LOOKED_UP>};
  return of[a.product](a.sum);
}

// Rows `row` to `row_end` and columns `column` to `column_end` of one product of the stack.
struct Piece {
  int64_t place, row, row_end, column, column_end;
};

void work(const Piece &piece, const Matrix &left, const Matrix &right, int64_t depth,
          int64_t columns, double *totals, const Arithmetic &a, std::vector<double> &packed) {
  const Tile run = tile_of(a);
  const float *x = left.data + left.starts[piece.place];
  const float *y = right.data + right.starts[piece.place];
  const bool adds_codes = a.product == CODE_SUM || a.product == CORRECTED;
  const double zero = adds_codes ? a.zero : 0;
  const int64_t constant = adds_codes ? a.constant : 0;
  const auto prepared = [&](float value, int64_t added) {
    return bits_of<double>(bits_of<int64_t>(value == 0 ? zero : double(value)) + added);
  };
  packed.resize(DEPTH * WIDTH);
  double rows[DEPTH * ROWS];
  alignas(64) double sums[ROWS * COLUMNS];
  for (int64_t first = piece.column; first < piece.column_end; first += WIDTH) {
    const int64_t width = std::min(WIDTH, piece.column_end - first);
    for (int64_t k0 = 0; k0 < depth; k0 += DEPTH) {
      const int64_t ks = std::min(DEPTH, depth - k0);
      for (int64_t panel = 0; panel < width; panel += COLUMNS) {
        double *to = packed.data() + panel * ks;
        const int64_t used = std::min<int64_t>(COLUMNS, width - panel);
        const float *from = y + k0 * right.down + (first + panel) * right.across;
        if (used < COLUMNS) std::fill_n(to, ks * COLUMNS, prepared(0, constant));
        if (right.across == 1) {
          for (int64_t k = 0; k < ks; k++)
            for (int64_t j = 0; j < used; j++)
              to[k * COLUMNS + j] = prepared(from[k * right.down + j], constant);
        } else {
          for (int64_t j = 0; j < used; j++)
            for (int64_t k = 0; k < ks; k++)
              to[k * COLUMNS + j] =
                  prepared(from[k * right.down + j * right.across], constant);
        }
      }
      for (int64_t i0 = piece.row; i0 < piece.row_end; i0 += ROWS) {
        const int64_t is = std::min<int64_t>(ROWS, piece.row_end - i0);
        for (int64_t i = 0; i < ROWS; i++)
          for (int64_t k = 0; k < ks; k++)
            rows[k * ROWS + i] =
                prepared(i < is ? x[(i0 + i) * left.down + (k0 + k) * left.across] : 0, 0);
        for (int64_t panel = 0; panel < width; panel += COLUMNS) {
          const int64_t used = std::min<int64_t>(COLUMNS, width - panel);
          double *at = totals + i0 * columns + first + panel;
          std::fill_n(sums, ROWS * COLUMNS, 0.0);
          if (k0)
            for (int64_t i = 0; i < is; i++)
              std::copy_n(at + i * columns, used, sums + i * COLUMNS);
          run(rows, packed.data() + panel * ks, ks, sums, a);
          if (k0 + ks == depth)  // what 0's products left
            for (double &sum : sums) sum = std::abs(sum) < a.least ? 0 : sum + 0.0;
          for (int64_t i = 0; i < is; i++)
            std::copy_n(sums + i * COLUMNS, used, at + i * columns);
        }
      }
    }
  }
}

}  // namespace

extern "C" {

// Sums of products into totals, shape (stack, rows, columns); windows count in units of 2**L.
void sums(const Matrix *left, const Matrix *right, int64_t stack, int64_t rows, int64_t depth,
          int64_t columns, double *totals, const Arithmetic *arithmetic, int64_t threads) {
  if (stack * rows * depth * columns < SMALL) threads = 1;
  const int64_t parts = stack >= 4 * threads ? 1 : threads;
  // Rows are cut where there are enough of them: each piece packs the right operand for itself.
  const bool by_rows = rows >= parts * 4 * ROWS;
  const auto share = [&](int64_t length, int64_t unit) {
    return (length + parts * unit - 1) / (parts * unit) * unit;
  };
  const int64_t row_share = by_rows ? share(rows, ROWS) : rows;
  const int64_t column_share = by_rows ? columns : share(columns, COLUMNS);
  std::vector<Piece> pieces;
  for (int64_t place = 0; place < stack; place++)
    for (int64_t row = 0; row < rows; row += row_share)
      for (int64_t column = 0; column < columns; column += column_share)
        pieces.push_back({place, row, std::min(rows, row + row_share), column,
                          std::min(columns, column + column_share)});
  in_threads(pieces.size(), threads, [&](int64_t i, std::vector<double> &packed) {
    work(pieces[i], *left, *right, depth, columns, totals + pieces[i].place * rows * columns,
         *arithmetic, packed);
  });
}

// Sums of `count` exact numbers each, parts[i * size + j] over i, rounded to odd: of the two
// neighbours of a sum that no double is, the one whose last bit is set.
void sums_to_odd(const double *parts, int64_t count, int64_t size, double *result,
                 int64_t threads) {
  constexpr int64_t SHARE = 1 << 14;
  in_threads((size + SHARE - 1) / SHARE, size < SMALL ? 1 : threads, [&](int64_t part, auto &e) {
    e.resize(count);
    // Knuth's: what the addition lost.
    const auto lost = [](double a, double b, double sum) {
      const double of_b = sum - a;
      return (a - (sum - of_b)) + (b - of_b);
    };
    for (int64_t j = part * SHARE; j < std::min(size, (part + 1) * SHARE); j++) {
      // Shewchuk's expansion: parts that add up to the sum, none reaching into the one above it.
      for (int64_t i = 0; i < count; i++) {
        double rest = parts[i * size + j];
        for (int64_t k = 0; k < i; k++) {
          const double sum = rest + e[k];
          e[k] = lost(rest, e[k], sum);
          rest = sum;
        }
        e[i] = rest;
      }
      double sum = 0, below = 0;
      for (int64_t k = count - 1; k >= 0 && below == 0; k--) {
        const double more = sum + e[k];
        below = lost(sum, e[k], more);
        sum = more;
      }
      const int64_t code = bits_of<int64_t>(sum);
      const int64_t step = (below > 0) == (sum > 0) ? 1 : -1;
      result[j] = below != 0 && !(code & 1) ? bits_of<double>(code + step) : sum + 0.0;
    }
  });
}

// slopes[i, k] = sum over j of g[i, j] * d(x[i, k] ⊗ y[k, j]) / dx[i, k] for a sum of codes, whose
// slope is a power of two: the product's over x's. Matrices are contiguous, y is (columns, depth).
void slopes(const double *g, const float *x, const float *y, int64_t rows, int64_t depth,
            int64_t columns, int64_t constant, double *result, int64_t threads) {
  if (rows * depth * columns < SMALL) threads = 1;
  in_threads(rows, threads, [&](int64_t i, std::vector<double> &) {
    for (int64_t k0 = 0; k0 < depth; k0 += COLUMNS) {
      const int64_t ks = std::min<int64_t>(COLUMNS, depth - k0);
      double total[COLUMNS] = {}, left[COLUMNS];
      // At 0 the slope is that of the smallest mantissa, whatever the exponent.
      for (int64_t k = 0; k < COLUMNS; k++) {
        const float value = k < ks ? x[i * depth + k0 + k] : 0;
        left[k] = value == 0 ? 1 : value;
      }
      for (int64_t j = 0; j < columns; j++) {
        const float *right = y + j * depth + k0;
        const double scale = g[i * columns + j];
        for (int64_t k = 0; k < ks; k++) {
          const int64_t code = bits_of<int64_t>(left[k]);
          const int64_t product = code + bits_of<int64_t>(double(right[k])) + constant;
          const int64_t slope = (product & POWER) - (code & POWER) + (int64_t(1023) << 52);
          total[k] += right[k] == 0 ? 0 : scale * bits_of<double>(slope);
        }
      }
      std::copy_n(total, ks, result + i * depth + k0);
    }
  });
}

}  // extern "C"
