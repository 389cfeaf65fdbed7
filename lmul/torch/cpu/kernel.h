// What the compiled parts of lmul.torch share: bits as numbers, and threads.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace {

constexpr int64_t SMALL = 1 << 18;  // products or numbers, for which no thread pays

template <class To, class From>
To bits_of(From from) {
  To to;
  static_assert(sizeof to == sizeof from);
  std::memcpy(&to, &from, sizeof to);
  return to;
}

// Calls job(i, space) for i below count, in threads; each thread has its own space.
template <class Job>
void in_threads(int64_t count, int64_t threads, const Job &job) {
  std::atomic<int64_t> next{0};
  const auto run = [&] {
    std::vector<double> space;
    for (int64_t i; (i = next++) < count;) job(i, space);
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < std::min(threads, count); i++) others.emplace_back(run);
  run();
  for (std::thread &other : others) other.join();
}

}  // namespace
