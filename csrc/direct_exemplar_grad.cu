// The exemplar gradients of both operators: the inner loop of the forward pass with swapped roles.
// Each thread slides its tile of the gradient over the K x K taps; the tiles are added up at the
// end.
#include "plan.h"
#include "stage.cuh"

namespace tracker {
namespace {

// Floats from the gradient of one tile to the next, and from that of one slot to the next.
template <int K>
constexpr int TILE_PITCH = (Tile<K>::ROWS * Tile<K>::COLUMNS + 3) / 4 * 4;
template <int K>
__host__ __device__ int grad_pitch(const Plan& plan) {
  return odd_quads(plan.tiles * TILE_PITCH<K>);
}

// First row (column) of the search that a tile reads. The last tile is moved inwards: it may not
// read values beyond the plane, even to multiply them by 0, because they can be NaN.
__device__ inline int begin_of(int tile, int tile_size, int size) {
  return min(tile * tile_size, size - tile_size);
}

// Copies the gradients of `channels` slots, divided into tiles. A moved tile keeps zeros in the
// rows and columns that belong to its neighbour.
template <int K>
__device__ void stage_grads(float* to, const Correlation& correlation, std::int64_t search,
                            std::int64_t first_channel, int channels, const Plan& plan) {
  using T = Tile<K>;
  const Map& map = correlation.exemplar;
  with_type(correlation.type, [&](auto type) {
    const auto* from = plane<decltype(type)>(map, search, first_channel);
    for_each(channels, plan.out_height, plan.out_width, [&](int channel, int y, int x) {
      const int down = y / T::ROWS, across = x / T::COLUMNS;
      const int row = y - begin_of(down, T::ROWS, plan.out_height);
      const int column = x - begin_of(across, T::COLUMNS, plan.out_width);
      copy_value(to + channel * grad_pitch<K>(plan) +
                     (down * plan.tiles_across + across) * TILE_PITCH<K> + row * T::COLUMNS +
                     column,
                 from + channel * map.strides[1] + y * map.strides[2] + x * map.strides[3]);
    });
  });
}

template <int K>
__global__ void __launch_bounds__(MAX_THREADS, 1)
    exemplar_grad_kernel(Correlation correlation, Plan plan, std::int64_t group) {
  using T = Tile<K>;
  const int channels = static_cast<int>(correlation.response.sizes[1]);
  const int blocks = (channels + plan.slots - 1) / plan.slots;
  const std::int64_t exemplar = blockIdx.x / blocks;
  const int first = static_cast<int>(blockIdx.x % blocks) * plan.slots;
  const int slots = min(plan.slots, channels - first);
  const bool shared_grad = correlation.exemplar.strides[1] == 0;
  const int grads_staged = shared_grad ? 1 : slots;
  float* const grads = shared_memory();
  float* const searches = grads + (shared_grad ? 1 : plan.slots) * grad_pitch<K>(plan);
  const Share own = share<K>(plan);
  const float* const grad =
      grads + own.tile * TILE_PITCH<K> + (shared_grad ? 0 : own.slot) * grad_pitch<K>(plan);
  const float* const window = searches + own.slot * plan.pitch +
                              begin_of(own.y / T::ROWS, T::ROWS, plan.out_height) * plan.width +
                              begin_of(own.x / T::COLUMNS, T::COLUMNS, plan.out_width);
  for (int i = threadIdx.x; i < grads_staged * grad_pitch<K>(plan); i += blockDim.x) grads[i] = 0;
  __syncthreads();

  float sums[K][K] = {};
  for (std::int64_t search = exemplar * group; search < (exemplar + 1) * group; ++search) {
    stage_search(searches, correlation, search, first, slots, plan);
    stage_grads<K>(grads, correlation, search, first, grads_staged, plan);
    wait_for_copies();
    __syncthreads();
    if (own.slot < slots) correlate<T::ROWS, T::COLUMNS>(sums, grad, window, plan.width);
    __syncthreads();
  }

  float* const parts = shared_memory();
  const int pitch = blockDim.x + 1;
#pragma unroll
  for (int i = 0; i < K * K; ++i) parts[i * pitch + threadIdx.x] = sums[i / K][i % K];
  __syncthreads();
  with_type(correlation.type, [&](auto type) {
    auto* const to = static_cast<decltype(type)*>(correlation.response.data) +
                     (exemplar * channels + first) * K * K;
    for (int o = threadIdx.x; o < slots * K * K; o += blockDim.x) {
      float sum = 0;
      for (int tile = 0; tile < plan.tiles; ++tile) {
        sum += parts[o % (K * K) * pitch + owner(plan, o / (K * K), tile)];
      }
      store(to + o, sum);
    }
  });
}

template <int K>
bool run(const Correlation& correlation, cudaStream_t stream) {
  const bool shared_grad = correlation.exemplar.strides[1] == 0;
  const auto floats = [shared_grad](const Plan& plan) {
    const std::size_t in =
        (shared_grad ? 1 : plan.slots) * grad_pitch<K>(plan) + search_floats<K>(plan);
    const std::size_t out = K * K * (plan.threads() + 1);
    return std::max(in, out);
  };
  const Map& grad = correlation.exemplar;
  if (grad.sizes[2] < Tile<K>::ROWS || grad.sizes[3] < Tile<K>::COLUMNS) return false;
  Plan plan;
  if (!make_plan<K>(correlation, floats, &plan)) return false;
  const std::int64_t channels = correlation.response.sizes[1];
  const std::int64_t blocks =
      (channels + plan.slots - 1) / plan.slots * correlation.response.sizes[0];
  if (blocks > MAX_BLOCKS) return false;
  launch(
      exemplar_grad_kernel<K>,
      {dim3(static_cast<unsigned>(blocks)), dim3(plan.threads()), 4 * floats(plan), stream, false},
      correlation, plan, correlation.group());
  return true;
}

}  // namespace

bool direct_exemplar_grad(const Correlation& correlation, cudaStream_t stream) {
  if (correlation.sum != Sum::searches) return false;
  return with_exemplar_size(correlation.response,
                            [&](auto k) { return run<k>(correlation, stream); });
}

}  // namespace tracker
