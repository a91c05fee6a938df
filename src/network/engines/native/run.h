// Runs a network on one thread.
#pragma once
#include "plan.h"

namespace srgan {

// Samples of one page of an image in memory.
struct Page {
  void* data;
  size_t samples;      // that there are
  int64_t start;       // of the page's first sample; below 0 where that is above the rows that are there
  int width, height;   // of the whole page
  int channels;
  bool wide;  // 16 bits
};

// What is read of a page and written to another.
enum class Layer { colour, alpha };

struct Rect { int x, y, width, height; };

struct Runner {
  explicit Runner(std::shared_ptr<const Network> network) : network(std::move(network)) {}

  // Three planes, 3 × height × width values, on the network's scale; `result` has place for what the plan says.
  // Throws Refused.
  void runPlanes(const float* planes, int width, int height, Region wanted, int extra, const float* const* givens,
                 float* result, size_t resultLength);

  // Enlarges `core` of the source, of which `window` is looked at, into the result. Returns whether all values were
  // finite. Throws Refused.
  bool runPages(const Page& source, const Page& result, Rect window, Rect core, Layer, float inputScale,
                float outputScale, const float* const* givens);

  std::shared_ptr<const Network> network;

 private:
  const Plan& planFor(int width, int height, Region wanted, int extra);
  void runInner(const Plan&, const float* const* givens);
  View viewOf(const Plan&, int tensor, int y, int x) const;
  void zeroAround(const Plan&, int op);
  void conv(const Plan&, const Op&, Region made, const View& out);
  struct Target { const Page& page; int64_t x, y; Layer layer; };
  template <typename Sample>
  bool write(const Plan&, const Target&, float scale, float most);
  void channelwise(const Plan&, int index);

  std::vector<Plan> plans;
  std::unique_ptr<Aligned> arena;
  size_t arenaFloats = 0;
  std::unique_ptr<Aligned> scratch;
  size_t scratchFloats = 0;
};

}  // namespace srgan
