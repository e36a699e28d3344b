// Copies maps from global to shared memory as 16-bit matrices for the tensor cores.
#pragma once

#include "device.cuh"
#include "xcorr.h"

namespace tracker {

constexpr int GEMM_THREADS = 256;
constexpr int WARP = 32;
constexpr int WARPS = GEMM_THREADS / WARP;
constexpr int PIXELS = 256;  // Most pixels in a band: 32 for each warp, two tiles of 16.
constexpr int CHUNK = 64;    // Channels copied at once.
constexpr int STEP = 16;     // Channels of one matrix instruction.

// Rows in shared memory lie an odd number of 16-byte words apart, which avoids bank conflicts in
// ldmatrix.
constexpr int CHUNK_PITCH = CHUNK + 8;
constexpr int PIXEL_PITCH = PIXELS + 8;
constexpr int PRODUCT_PITCH = PIXELS + 4;

// Copies a band of `channels_last` pixels as [pixel][channel], 16 bytes at a time.
template <typename T>
__device__ void stage_pixels(T* to, const T* from, const Map& map, int pixels, int channels) {
  constexpr int PIECES = CHUNK / 8;
  const int channel = threadIdx.x % PIECES * 8;
  if (channel >= channels) return;
  for (int pixel = threadIdx.x / PIECES; pixel < pixels; pixel += GEMM_THREADS / PIECES) {
    copy_async<16>(to + pixel * CHUNK_PITCH + channel, from + pixel * map.strides[3] + channel);
  }
}

// Copies a band of contiguous planes as [channel][pixel], 4 bytes at a time, because a band may
// begin at any even pixel.
template <typename T>
__device__ void stage_planes(T* to, const T* from, const Map& map, int pixels, int channels) {
  for (int channel = threadIdx.x / WARP; channel < channels; channel += WARPS) {
    for (int pixel = threadIdx.x % WARP * 2; pixel < pixels; pixel += WARP * 2) {
      copy_async<4>(to + channel * PIXEL_PITCH + pixel, from + channel * map.strides[1] + pixel);
    }
  }
}

// Copies a chunk of an exemplar with any strides as [tap][channel].
template <typename T>
__device__ void stage_taps(T* to, const T* from, const Map& map, int channels) {
  const int width = static_cast<int>(map.sizes[3]);
  const int taps = static_cast<int>(map.sizes[2]) * width;
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  const bool along_channels = map.strides[1] == 1;  // Lanes run along the axis of stride 1.
  for (int tap = along_channels ? warp : lane; tap < taps; tap += along_channels ? WARPS : WARP) {
    const T* const column = from + tap / width * map.strides[2] + tap % width * map.strides[3];
    for (int channel = along_channels ? lane : warp; channel < channels;
         channel += along_channels ? WARP : WARPS) {
      to[tap * CHUNK_PITCH + channel] = column[channel * map.strides[1]];
    }
  }
}

}  // namespace tracker
