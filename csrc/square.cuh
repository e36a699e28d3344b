// The geometry of search squares, as in tracker/crops.py and tracker/tracking/searching.py.
#pragma once

#include "tracking.h"

namespace tracker {

// Factor on the search square of the crop number `scale` of an object.
__device__ inline double zoom_of(int scale, const Settings& settings) {
  return pow(settings.scale_step, scale - static_cast<int>(settings.num_scales) / 2);
}

// Side of the search square (s_x in the paper) in frame pixels.
__device__ inline double search_extent(const Target& target, const Settings& settings) {
  const double width = target.box[2], height = target.box[3];
  const double margin = settings.context_amount * (width + height);
  const double exemplar_extent = sqrt((width + margin) * (height + margin));
  return exemplar_extent * settings.search_size / settings.exemplar_size;
}

// The middle of the box along x (axis 0) or y (1).
__device__ inline double center_of(const Target& target, int axis) {
  return target.box[axis] + target.box[2 + axis] / 2;
}

}  // namespace tracker
