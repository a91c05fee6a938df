// How a network is run on a part of an image: which region of each tensor is computed, and where it lies in memory.
#pragma once
#include "network.h"

namespace srgan {

// From (top, left) to before (bottom, right), in positions of a tensor; below 0 and beyond its end lie zeros.
struct Region {
  int top = 0, left = 0, bottom = 0, right = 0;
  bool empty() const { return bottom <= top || right <= left; }
  int height() const { return bottom - top; }
  int width() const { return right - left; }
};

struct Storage {
  Region region;  // that there is memory for
  ptrdiff_t block = 0, row = 0;  // steps in floats
  size_t at = 0, floats = 0;     // in the arena
  int first = -1, last = -1;     // operations between which it is in use
};

struct Plan {
  int width, height;  // of the image or the part of it beyond which nothing is seen
  Region wanted;      // of the image; what is made of it is the result
  std::vector<int> heights, widths;  // of each whole tensor
  std::vector<Region> made;          // what is computed of each
  std::vector<Storage> storages;
  size_t arenaFloats = 0, scratchFloats = 0;
  int factorNumerator = 1, factorDenominator = 1;  // of the size of the result to that of the image
  Region result;                                   // of the last tensor
};

constexpr int MOST_SIDE = 1 << 20;

// Throws Refused.
Plan makePlan(const Network&, int width, int height, Region wanted, int extra);

// Checks by itself that nothing reads or writes outside of its storage, and that no two storages in use share
// memory. Throws Refused.
void checkPlan(const Network&, const Plan&);

// The part of its input that an operation looks at to make a region, zeros included.
Region readBy(const Network&, const Plan&, const Op&, int input, Region made);

// What a convolution's kernel reads: Winograd goes on to the end of its last tiles.
Region touchedBy(const Network&, const Plan&, const Op&, int input, Region made);

struct Tap { int at; float weight; };
// The inputs of one position of a resampled axis: 2 or 4.
void tapsOf(bool cubic, int numerator, int denominator, int size, int position, Tap* taps);

Region intersect(Region, Region);
Region unite(Region, Region);
Region wholeOf(const Plan&, int op);

}  // namespace srgan
