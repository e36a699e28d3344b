// The kernel that supports everything: one thread per value of the response, any sizes, strides and
// types, 64-bit indices. It is not written for speed.
#include "correlation.h"
#include "launch.h"
#include "types.cuh"

namespace tracker {
namespace {

constexpr int THREADS = 256;

template <typename T>
__device__ const T* pixel(const Map& map, std::int64_t batch, std::int64_t channel,
                          std::int64_t row, std::int64_t column) {
  return static_cast<const T*>(map.data) + batch * map.strides[0] + channel * map.strides[1] +
         row * map.strides[2] + column * map.strides[3];
}

// First and one past the last row (column) of an exemplar at `place` that overlaps the search.
struct Range {
  std::int64_t begin, end;
};
__device__ inline Range overlap(std::int64_t place, std::int64_t exemplar, std::int64_t search,
                                bool bordered) {
  const std::int64_t shift = bordered ? exemplar - 1 - place : -place;
  return {shift > 0 ? shift : 0, shift + search < exemplar ? shift + search : exemplar};
}

template <typename T, typename Accumulator>
__global__ void __launch_bounds__(THREADS, 2)
    simple_kernel(Correlation correlation, std::int64_t group, std::int64_t count) {
  const Map& exemplar = correlation.exemplar;
  const Map& search = correlation.search;
  const std::int64_t (&sizes)[4] = correlation.response.sizes;
  const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * THREADS + threadIdx.x;
  if (index >= count) return;
  const std::int64_t x = index % sizes[3];
  const std::int64_t y = index / sizes[3] % sizes[2];
  const std::int64_t c = index / (sizes[3] * sizes[2]) % sizes[1];
  const std::int64_t b = index / (sizes[3] * sizes[2] * sizes[1]);

  const bool over_channels = correlation.sum == Sum::channels;
  const bool over_searches = correlation.sum == Sum::searches;
  const std::int64_t first_channel = over_channels ? 0 : c;
  const std::int64_t last_channel = over_channels ? search.sizes[1] - 1 : c;
  const std::int64_t first_search = over_searches ? b * group : b;
  const std::int64_t last_search = over_searches ? (b + 1) * group - 1 : b;
  const Range rows = overlap(y, exemplar.sizes[2], search.sizes[2], correlation.bordered);
  const Range columns = overlap(x, exemplar.sizes[3], search.sizes[3], correlation.bordered);
  const std::int64_t top = correlation.bordered ? y - (exemplar.sizes[2] - 1) : y;
  const std::int64_t left = correlation.bordered ? x - (exemplar.sizes[3] - 1) : x;

  Accumulator sum = 0;
  for (std::int64_t s = first_search; s <= last_search; ++s) {
    const std::int64_t e = over_searches ? s : s / group;
    for (std::int64_t channel = first_channel; channel <= last_channel; ++channel) {
      Accumulator plane = 0;  // Sums of sums lose less to rounding than one long sum.
      for (std::int64_t u = rows.begin; u < rows.end; ++u) {
        const T* taps = pixel<T>(exemplar, e, channel, u, 0);
        const T* pixels = pixel<T>(search, s, channel, top + u, left);
        for (std::int64_t v = columns.begin; v < columns.end; ++v) {
          plane += widen(taps[v * exemplar.strides[3]]) * widen(pixels[v * search.strides[3]]);
        }
      }
      sum += plane;
    }
  }
  store(static_cast<T*>(correlation.response.data) + index, sum);
}

template <typename T, typename Accumulator>
void run(const Correlation& correlation, cudaStream_t stream) {
  const std::int64_t (&sizes)[4] = correlation.response.sizes;
  const std::int64_t count = sizes[0] * sizes[1] * sizes[2] * sizes[3];
  const auto blocks = static_cast<unsigned>((count + THREADS - 1) / THREADS);
  launch(simple_kernel<T, Accumulator>, {dim3(blocks), dim3(THREADS), 0, stream, false},
         correlation, correlation.group(), count);
}

}  // namespace

void simple(const Correlation& correlation, cudaStream_t stream) {
  switch (correlation.type) {
    case Type::float64:
      return run<double, double>(correlation, stream);
    case Type::float32:
      return run<float, float>(correlation, stream);
    case Type::float16:
      return run<__half, float>(correlation, stream);
    case Type::bfloat16:
      return run<__nv_bfloat16, float>(correlation, stream);
  }
}

// Defined here because this kernel, compiled for every architecture, reports the one in use.
Device device() {
  thread_local int known = -1;
  thread_local Device facts;
  int current;
  check(cudaGetDevice(&current));
  if (current != known) {
    int multiprocessors, shared_bytes;
    cudaFuncAttributes code;
    check(cudaFuncGetAttributes(&code, simple_kernel<float, float>));
    check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, current));
    check(cudaDeviceGetAttribute(&shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, current));
    facts = {code.ptxVersion, multiprocessors, static_cast<std::size_t>(shared_bytes)};
    known = current;
  }
  return facts;
}

}  // namespace tracker
