// Copies maps from global to shared memory, as float32.
#pragma once

#include <cstring>

#include "direct.cuh"
#include "types.cuh"

namespace tracker {

// Calls visit(a, b, c) for all a < first, b < second, c < third, divided over the threads of the
// block. Eight neighbours run along c, so that they read one 32-byte sector if c has stride 1.
template <typename Visit>
__device__ void for_each(int first, int second, int third, Visit visit) {
  int a = 0;
  int b = threadIdx.x / 8;
  while (true) {
    for (; b >= second; b -= second) ++a;
    if (a >= first) return;
    for (int c = threadIdx.x % 8; c < third; c += 8) visit(a, b, c);
    b += blockDim.x / 8;
  }
}

__device__ inline void copy_value(float* to, const float* from) { copy_async<4>(to, from); }
template <typename T>
__device__ void copy_value(float* to, const T* from) {
  *to = widen(*from);
}

// Copies 16 bytes of values.
__device__ inline void copy_chunk(float* to, const float* from) { copy_async<16>(to, from); }
template <typename T>
__device__ void copy_chunk(float* to, const T* from) {
  const uint4 chunk = *reinterpret_cast<const uint4*>(from);
  T values[8];
  std::memcpy(values, &chunk, sizeof chunk);
  float4* const quads = reinterpret_cast<float4*>(to);
  quads[0] = make_float4(widen(values[0]), widen(values[1]), widen(values[2]), widen(values[3]));
  quads[1] = make_float4(widen(values[4]), widen(values[5]), widen(values[6]), widen(values[7]));
}

template <typename T>
__device__ const T* plane(const Map& map, std::int64_t batch, std::int64_t channel) {
  return static_cast<const T*>(map.data) + batch * map.strides[0] + channel * map.strides[1];
}

// Copies `channels` adjacent planes without gaps. Planes that are not whole chunks are copied as
// one run; the host guarantees that runs begin and end at multiples of 16 bytes.
template <typename T>
__device__ void stage_chunks(float* to, const T* from, int channels, const Plan& plan) {
  constexpr int CHUNK = 16 / sizeof(T);
  const int size = plan.height * plan.width;
  const bool whole = size % CHUNK == 0;
  const int runs = whole ? channels : 1;
  const int length = whole ? size : channels * size;
  for (int run = 0; run < runs; ++run) {
    for (int i = threadIdx.x * CHUNK; i < length; i += blockDim.x * CHUNK) {
      copy_chunk(to + run * plan.pitch + i, from + run * size + i);
    }
  }
}

// Copies `channels` planes with any strides, inside their border.
template <typename T>
__device__ void stage_values(float* to, const T* from, const Map& map, int channels,
                             const Plan& plan) {
  const auto copy = [&](int channel, int y, int x) {
    const int at = channel * plan.pitch + (y + plan.border) * plan.width + x + plan.border;
    copy_value(to + at, from + channel * map.strides[1] + y * map.strides[2] + x * map.strides[3]);
  };
  const int height = plan.height - 2 * plan.border;
  const int width = plan.width - 2 * plan.border;
  if (map.strides[1] == 1) {
    for_each(height, width, channels, [&](int y, int x, int channel) { copy(channel, y, x); });
  } else {
    for_each(channels, height, width, copy);
  }
}

// Copies the planes of `channels` slots of a search; wait_for_copies and a barrier must follow.
__device__ inline void stage_search(float* to, const Correlation& correlation, std::int64_t search,
                                    std::int64_t first_channel, int channels, const Plan& plan) {
  const int staged = plan.staged < channels ? plan.staged : channels;
  if (plan.border > 0) {
    const int floats = (staged - 1) * plan.pitch + plan.height * plan.width;
    for (int i = threadIdx.x; i < floats; i += blockDim.x) to[i] = 0;
    __syncthreads();
  }
  with_type(correlation.type, [&](auto type) {
    const auto* from = plane<decltype(type)>(correlation.search, search, first_channel);
    if (plan.in_chunks) {
      stage_chunks(to, from, staged, plan);
    } else {
      stage_values(to, from, correlation.search, staged, plan);
    }
  });
}

// Copies the exemplars of `channels` slots, odd_quads(K * K) floats apart.
template <int K>
__device__ void stage_exemplars(float* to, const Correlation& correlation, std::int64_t exemplar,
                                std::int64_t first_channel, int channels) {
  const Map& map = correlation.exemplar;
  with_type(correlation.type, [&](auto type) {
    const auto* from = plane<decltype(type)>(map, exemplar, first_channel);
    for (int i = threadIdx.x; i < channels * K * K; i += blockDim.x) {
      const int channel = i / (K * K), y = i / K % K, x = i % K;
      copy_value(to + channel * odd_quads(K * K) + i % (K * K),
                 from + channel * map.strides[1] + y * map.strides[2] + x * map.strides[3]);
    }
  });
}

}  // namespace tracker
