// The summed operator in float32 arithmetic. A block processes the channels of one search, or its
// share of them if a cluster of blocks divides them, and adds up the slots at the end.
#include "cluster.cuh"
#include "plan.h"
#include "split.h"
#include "stage.cuh"

namespace tracker {
namespace {

template <int K>
__global__ void __launch_bounds__(MAX_THREADS, 2)
    summed_kernel(Correlation correlation, Plan plan, std::int64_t group, int channels_per_block) {
  const std::int64_t search = blockIdx.x;
  const int begin = blockIdx.y * channels_per_block;
  const int end = min(begin + channels_per_block, static_cast<int>(correlation.search.sizes[1]));
  float* const exemplars = shared_memory();
  float* const searches = exemplars + plan.slots * odd_quads(K * K);
  const Share own = share<K>(plan);
  float sums[Tile<K>::ROWS][Tile<K>::COLUMNS] = {};
  for (int first = begin; first < end; first += plan.slots) {
    const int slots = min(plan.slots, end - first);
    stage_search(searches, correlation, search, first, slots, plan);
    stage_exemplars<K>(exemplars, correlation, search / group, first, slots);
    wait_for_copies();
    __syncthreads();
    if (own.slot < slots) {
      correlate<K, K>(sums, exemplars + own.slot * odd_quads(K * K),
                      searches + own.slot * plan.pitch + own.y * plan.width + own.x, plan.width);
    }
    __syncthreads();
  }

  float* const totals = shared_memory();
  const int count = plan.out_height * plan.out_width;
  float* const parts = totals + count;
  const int pitch = blockDim.x + 1;  // Odd: neither writes nor reads of a warp share a bank.
#pragma unroll
  for (int i = 0; i < Tile<K>::ROWS; ++i) {
#pragma unroll
    for (int j = 0; j < Tile<K>::COLUMNS; ++j) {
      parts[(i * Tile<K>::COLUMNS + j) * pitch + threadIdx.x] = sums[i][j];
    }
  }
  __syncthreads();
  for (int o = threadIdx.x; o < count; o += blockDim.x) {
    const int y = o / plan.out_width, x = o % plan.out_width;
    const int tile = y / Tile<K>::ROWS * plan.tiles_across + x / Tile<K>::COLUMNS;
    const int value = y % Tile<K>::ROWS * Tile<K>::COLUMNS + x % Tile<K>::COLUMNS;
    float total = 0;
    for (int slot = 0; slot < plan.slots; ++slot) {
      total += parts[value * pitch + owner(plan, slot, tile)];
    }
    totals[o] = total;
  }
  write_response(correlation.response, correlation.type, search, totals, count);
}

template <int K>
bool run(const Correlation& correlation, cudaStream_t stream) {
  const auto floats = [](const Plan& plan) {
    const std::size_t in = plan.slots * odd_quads(K * K) + search_floats<K>(plan);
    const std::size_t out =
        plan.out_height * plan.out_width + Tile<K>::ROWS * Tile<K>::COLUMNS * (plan.threads() + 1);
    return std::max(in, out);
  };
  Plan plan;
  if (!make_plan<K>(correlation, floats, &plan)) return false;
  const Split split = divide_channels(correlation.search, plan.slots);
  launch(summed_kernel<K>,
         {dim3(static_cast<unsigned>(correlation.search.sizes[0]), split.blocks),
          dim3(plan.threads()), 4 * floats(plan), stream, split.blocks > 1},
         correlation, plan, correlation.group(), split.channels);
  return true;
}

}  // namespace

bool direct_summed(const Correlation& correlation, cudaStream_t stream) {
  if (correlation.sum != Sum::channels || correlation.search.sizes[0] > MAX_BLOCKS) return false;
  return with_exemplar_size(correlation.exemplar,
                            [&](auto k) { return run<k>(correlation, stream); });
}

}  // namespace tracker
