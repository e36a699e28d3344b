// Divides the channels of a summed response over blocks when the batch alone gives too few blocks.
#pragma once

#include "launch.h"
#include "xcorr.h"

namespace tracker {

struct Split {
  unsigned blocks;
  int channels;  // Per block, except the last: a multiple of `step`.
};

// Blocks that share a response form a cluster, which needs sm_90; 8 blocks is the largest size that
// every such device supports. Their number is doubled only while the device is not full.
inline Split divide_channels(const Map& search, int step) {
  const int steps = static_cast<int>((search.sizes[1] + step - 1) / step);
  const Device facts = device();
  unsigned blocks = 1;
  if (facts.code >= 90) {
    while (blocks < 8 && 2 * static_cast<int>(blocks) <= steps &&
           search.sizes[0] * blocks < 2 * facts.multiprocessors) {
      blocks *= 2;
    }
  }
  const int per_block = (steps + static_cast<int>(blocks) - 1) / static_cast<int>(blocks) * step;
  return {blocks, per_block};
}

}  // namespace tracker
