// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kernel/tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rmemcheck {

/// A copy of a source tree in which kernels are built one after the other. What is the same in the
/// next tree is not touched, so that make has to compile what changed and no more.
///
/// It lies in the cache, and belongs to one run at a time: another one waits.
class Bench {
public:
  /// `what` is a name for those trees that are neighbours: the same bench serves them.
  Bench(const std::string &what, const Progress &progress);
  ~Bench();
  Bench(const Bench &) = delete;
  Bench &operator=(const Bench &) = delete;

  /// Makes the copy what the tree is with the patches on top. Errors as of apply_series(); the copy
  /// is as it was then.
  void take(const SourceTree &tree, const std::vector<std::filesystem::path> &patches) const;

  [[nodiscard]] std::filesystem::path tree() const { return folder_ / "linux"; }
  /// For the objects of one configuration. Directly below the tree, where the kernel calls its
  /// sources by relative names: objects of two trees are the same to ccache.
  [[nodiscard]] std::filesystem::path objects(const std::string &configuration) const;

private:
  void copy_whole(const std::filesystem::path &source) const;

  std::filesystem::path folder_;
  int lock_ = -1;
};

/// Takes benches away that nobody has used for so many days.
void remove_old_benches(int days);

} // namespace rmemcheck
