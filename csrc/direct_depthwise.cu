// The depthwise operator, and the search gradients of both operators. A block computes the
// responses of some channels of one search and writes them as one contiguous run.
#include "plan.h"
#include "stage.cuh"

namespace tracker {
namespace {

template <int K>
__global__ void __launch_bounds__(MAX_THREADS, 2)
    depthwise_kernel(Correlation correlation, Plan plan, std::int64_t group) {
  const int channels = static_cast<int>(correlation.response.sizes[1]);
  const int blocks = (channels + plan.slots - 1) / plan.slots;
  const std::int64_t search = blockIdx.x / blocks;
  const int first = static_cast<int>(blockIdx.x % blocks) * plan.slots;
  const int slots = min(plan.slots, channels - first);
  float* const exemplars = shared_memory();
  float* const searches = exemplars + plan.slots * odd_quads(K * K);
  stage_search(searches, correlation, search, first, slots, plan);
  stage_exemplars<K>(exemplars, correlation, search / group, first, slots);
  wait_for_copies();
  __syncthreads();

  const Share own = share<K>(plan);
  float sums[Tile<K>::ROWS][Tile<K>::COLUMNS] = {};
  correlate<K, K>(sums, exemplars + own.slot * odd_quads(K * K),
                  searches + own.slot * plan.pitch + own.y * plan.width + own.x, plan.width);
  __syncthreads();

  float* const responses = shared_memory();  // Overwrites the inputs, and joins the tiles.
  const int size = plan.out_height * plan.out_width;
  const int pitch = size | 1;
  float* to = responses + own.slot * pitch + own.y * plan.out_width + own.x;
#pragma unroll
  for (int i = 0; i < Tile<K>::ROWS; ++i, to += plan.out_width) {
    if (own.y + i >= plan.out_height) break;
#pragma unroll
    for (int j = 0; j < Tile<K>::COLUMNS; ++j) {
      if (own.x + j < plan.out_width) to[j] = sums[i][j];
    }
  }
  __syncthreads();
  with_type(correlation.type, [&](auto type) {
    auto* to = static_cast<decltype(type)*>(correlation.response.data) +
               (search * channels + first) * size;
    for (int slot = 0; slot < slots; ++slot, to += size) {
      for (int i = threadIdx.x; i < size; i += blockDim.x) {
        store(to + i, responses[slot * pitch + i]);
      }
    }
  });
}

template <int K>
bool run(const Correlation& correlation, cudaStream_t stream) {
  const auto floats = [](const Plan& plan) {
    const std::size_t in = plan.slots * odd_quads(K * K) + search_floats<K>(plan);
    const std::size_t out = plan.slots * ((plan.out_height * plan.out_width) | 1);
    return std::max(in, out);
  };
  Plan plan;
  if (!make_plan<K>(correlation, floats, &plan)) return false;
  const std::int64_t channels = correlation.response.sizes[1];
  const std::int64_t blocks =
      (channels + plan.slots - 1) / plan.slots * correlation.response.sizes[0];
  if (blocks > MAX_BLOCKS) return false;
  launch(
      depthwise_kernel<K>,
      {dim3(static_cast<unsigned>(blocks)), dim3(plan.threads()), 4 * floats(plan), stream, false},
      correlation, plan, correlation.group());
  return true;
}

}  // namespace

bool direct_depthwise(const Correlation& correlation, cudaStream_t stream) {
  if (correlation.sum != Sum::none) return false;
  return with_exemplar_size(correlation.exemplar,
                            [&](auto k) { return run<k>(correlation, stream); });
}

}  // namespace tracker
