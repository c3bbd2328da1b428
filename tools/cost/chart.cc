// SPDX-License-Identifier: GPL-2.0-or-later
#include "cost/chart.h"

#include "cost/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace rmemcheck {
namespace {

constexpr double width = 760;
constexpr double height = 480;
constexpr double left = 70;
constexpr double right = 20;
constexpr double top = 50;
constexpr double bottom = 110; ///< the names of the axis, and the legend

/// Of middle lightness, so that they stand out on either ground. Dashes tell lines apart for whom
/// colours do not.
constexpr std::array colours = {"#d55e00", "#0072b2", "#009e73", "#b0589a", "#a88200", "#6f7f8f"};
constexpr std::array dashes = {"none", "7 4", "2 3", "9 3 2 3", "none", "7 4"};

constexpr const char *style = R"(<style>
  text { font: 13px sans-serif; fill: #222; }
  .axis { stroke: #222; stroke-width: 1; }
  .grid { stroke: #222; stroke-opacity: .18; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd; }
    .axis, .grid { stroke: #ddd; }
  }
</style>
)";

std::string escaped(const std::string &text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    default:
      result += c;
    }
  }
  return result;
}

/// Regions and instructions, in order of regions.
using Points = std::map<std::uint64_t, std::uint64_t>;

Points points_of(const KernelCost &kernel) {
  Points points;
  for (const CostResult &result : kernel.results)
    if (result.counts) {
      std::uint64_t &most = points[result.size.regions()];
      most = std::max({most, result.counts->total(), std::uint64_t{1}});
    }
  return points;
}

/// Numbers from `low` to `high`, each so many times the one before.
std::vector<double> ticks(double low, double high, double factor) {
  std::vector<double> values;
  const long steps = std::lround(std::log(high / low) / std::log(factor));
  for (long step = 0; step <= steps; ++step)
    values.push_back(low * std::pow(factor, static_cast<double>(step)));
  return values;
}

/// A logarithmic axis from `low` to `high`, which lie at `begin` and `end` of the picture.
struct Axis {
  double low;
  double high;
  double begin;
  double end;

  [[nodiscard]] double at(double value) const {
    const double share =
        (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
    return begin + share * (end - begin);
  }
};

struct Scales {
  Axis x;
  Axis y;
};

/// Whole powers of ten upwards, of two along.
Scales scales_of(const std::vector<Points> &lines) {
  std::uint64_t most_x = 128;
  std::uint64_t least_x = 64;
  std::uint64_t most_y = 10'000'000;
  std::uint64_t least_y = 1'000'000;
  for (const Points &points : lines)
    for (const auto &[regions, instructions] : points) {
      most_x = std::max(most_x, regions);
      least_x = std::min(least_x, regions);
      most_y = std::max(most_y, instructions);
      least_y = std::min(least_y, instructions);
    }
  return {{std::exp2(std::floor(std::log2(least_x))), std::exp2(std::ceil(std::log2(most_x))), left,
           width - right},
          {std::pow(10, std::floor(std::log10(least_y))),
           std::pow(10, std::ceil(std::log10(most_y))), height - bottom, top}};
}

std::string text_at(double x, double y, const char *anchor, const std::string &text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

std::string straight(const char *kind, double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kind, x1,
      y1, x2, y2);
}

std::string axes(const Scales &scales) {
  const auto &[x, y] = scales;
  std::string text;
  for (const double value : ticks(y.low, y.high, 10)) {
    text += straight("grid", x.begin, y.at(value), x.end, y.at(value));
    text += text_at(x.begin - 8, y.at(value) + 4, "end",
                    cost_number(static_cast<std::uint64_t>(std::llround(value))));
  }
  for (const double value : ticks(x.low, x.high, 2)) {
    text += straight("grid", x.at(value), y.begin, x.at(value), y.end);
    text += text_at(x.at(value), y.begin + 18, "middle", fmt::format("{:.0f}", value));
  }
  text += straight("axis", x.begin, y.begin, x.end, y.begin);
  text += straight("axis", x.begin, y.begin, x.begin, y.end);
  text += text_at(left, 24, "start", "Instructions in the reserved-memory code at boot");
  text += text_at((x.begin + x.end) / 2, y.begin + 38, "middle",
                  "regions in the tree, static and boot-placed");
  return text;
}

std::string stroke_of(std::size_t index) {
  return fmt::format("stroke=\"{}\" stroke-dasharray=\"{}\"", colours[index % colours.size()],
                     dashes[index % dashes.size()]);
}

std::string line_of(const Points &points, const Scales &scales, std::size_t index) {
  std::string corners;
  std::string dots;
  for (const auto &[regions, instructions] : points) {
    const double x = scales.x.at(static_cast<double>(regions));
    const double y = scales.y.at(static_cast<double>(instructions));
    corners += fmt::format("{}{:.1f},{:.1f}", corners.empty() ? "" : " ", x, y);
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", x, y,
                        colours[index % colours.size()]);
  }
  return fmt::format("<polyline class=\"line\" {} points=\"{}\"/>\n", stroke_of(index), corners) +
         dots;
}

/// Three names a row.
std::string legend_of(const std::string &name, std::size_t index) {
  const std::size_t row = index / 3;
  const double x = left + static_cast<double>(index % 3) * (width - left - right) / 3;
  const double y = height - 48 + static_cast<double>(row) * 20;
  return fmt::format("<line class=\"line\" {} x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" "
                     "y2=\"{:.1f}\"/>\n",
                     stroke_of(index), x, y - 4, x + 30, y - 4) +
         text_at(x + 38, y, "start", name);
}

} // namespace

std::string cost_chart(const std::vector<KernelCost> &kernels) {
  std::vector<Points> lines;
  std::ranges::transform(kernels, std::back_inserter(lines), points_of);
  const Scales scales = scales_of(lines);
  std::string text = fmt::format("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n"
                                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
                                 "role=\"img\">\n<title>Instructions in the reserved-memory code "
                                 "over regions in the tree</title>\n",
                                 width, height);
  text += style + axes(scales);
  for (std::size_t index = 0; index < kernels.size(); ++index)
    text += line_of(lines[index], scales, index) + legend_of(kernels[index].name, index);
  return text + "</svg>\n";
}

} // namespace rmemcheck
