// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace rmemcheck {

void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)> &work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr first;
  const auto worker = [&] {
    for (std::size_t index = next++; index < count; index = next++) {
      try {
        work(index);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!first)
          first = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t index = 0; index < std::min<std::size_t>(threads, count); ++index)
      pool.emplace_back(worker);
  }
  if (first)
    std::rethrow_exception(first);
}

} // namespace rmemcheck
