// Which algorithm and which block a convolution takes: by instruction set and shape alone, so that machines of one
// kind give the same bytes. Measured by `npm run bench -- networks`.
#pragma once
#include "network.h"

namespace srgan {

struct Choice {
  int winograd;
  int tilesAtOnce;
};

inline Choice choose(const KernelSet&, const Conv& c) {
  const bool plain = c.kernelHeight == 3 && c.kernelWidth == 3 && c.strideY == 1 && c.strideX == 1 && c.dilationY == 1 &&
                     c.dilationX == 1;
  if (!plain || c.inChannels < 8) return {0, 0};
  const int widest = (c.inChannels > c.outChannels ? c.inChannels : c.outChannels);
  if (widest <= 32) return {6, 24};
  return {6, 24};
}

}  // namespace srgan
