// Finds the likeliest place of each object in its responses: the best scale, then the peak after
// blending with the cosine window.
#include "launch.h"
#include "refined.cuh"
#include "square.cuh"

namespace tracker {
namespace {

constexpr int THREADS = 256;
using RefinedMap = Refined<THREADS>;

// Minimum, maximum and sum of values of a refined map.
struct Range {
  float least, most, sum;
};

struct Peak {
  float value;
  int index;
};

__device__ Range join(const Range& one, const Range& other) {
  return {fminf(one.least, other.least), fmaxf(one.most, other.most), one.sum + other.sum};
}

// Returns the higher peak; of equal ones the first, like NumPy's argmax. A NaN is never higher.
__device__ Peak join(const Peak& one, const Peak& other) {
  const bool earlier = other.value == one.value && other.index < one.index;
  return other.value > one.value || earlier ? other : one;
}

// Joins the values of all threads of the block, in a fixed order.
template <typename Value>
__device__ Value over_block(const Value& own, float* memory) {
  Value* const values = reinterpret_cast<Value*>(memory);
  values[threadIdx.x] = own;
  for (unsigned half = THREADS / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      values[threadIdx.x] = join(values[threadIdx.x], values[threadIdx.x + half]);
    }
  }
  __syncthreads();
  const Value all = values[0];
  __syncthreads();  // The caller may use the memory again.
  return all;
}

__device__ Range range_of(const RefinedMap& map, float* memory) {
  Range own = {INFINITY, -INFINITY, 0};
  map.for_each([&](int, int, float value) { own = join(own, {value, value, value}); });
  return over_block(own, memory);
}

// The same as `best_scale` of tracker/tracking/response.py.
__device__ int best_scale(const Range* ranges, int scales, int side, double penalty) {
  const int middle = scales / 2;
  float sum = 0;
  for (int scale = 0; scale < scales; ++scale) sum += ranges[scale].sum;
  const float mean = sum / (static_cast<float>(scales) * side * side);
  int best = middle;
  for (int scale = 0; scale < scales; ++scale) {
    const auto merit = [&](int which) {
      return (ranges[which].most - mean) * (which == middle ? 1.0 : penalty);
    };
    if (merit(scale) > merit(best)) best = scale;
  }
  return best;
}

// Position of the vertex of the parabola through a peak and its neighbours along one axis.
template <typename At>
__device__ double vertex(int index, int side, At at) {
  if (index <= 0 || index >= side - 1) return index;
  const double before = at(index - 1), here = at(index), after = at(index + 1);
  const double curvature = before - 2 * here + after;
  return curvature < 0 ? index + (before - after) / (2 * curvature) : index;
}

// One block per object.
__global__ void __launch_bounds__(THREADS)
    peak_kernel(const float* responses, int size, const float* window, const Target* targets,
                Settings settings, Candidate* candidates, std::int64_t* chosen, float* proposals) {
  const int scales = static_cast<int>(settings.num_scales), object = blockIdx.x;
  const int factor = static_cast<int>(settings.response_upsampling);
  float* const memory = shared_memory();
  RefinedMap map(memory, size, factor);
  float* const scratch = memory + RefinedMap::floats(size, factor);
  Range* const ranges = reinterpret_cast<Range*>(scratch + 3 * THREADS);
  const auto response = [&](int scale) {
    return responses + (static_cast<std::int64_t>(object) * scales + scale) * size * size;
  };

  for (int scale = 0; scale < scales; ++scale) {
    map.load(response(scale));
    const Range range = range_of(map, scratch);
    if (threadIdx.x == 0) ranges[scale] = range;
  }
  __syncthreads();
  const int side = map.side();
  const int scale = best_scale(ranges, scales, side, settings.scale_penalty);
  if (scale != scales - 1) map.load(response(scale));

  // Shift and scale the map to minimum 0 and sum 1, and blend it with the window.
  const Range range = ranges[scale];
  const float influence = static_cast<float>(settings.window_influence);
  const float total = range.sum - range.least * side * side;
  const float share = total > 0 ? (1 - influence) / total : 1 - influence;
  const auto blend = [&](int row, int column, float value) {
    return (value - range.least) * share + influence * window[row] * window[column];
  };
  Peak own = {-INFINITY, 0x7fffffff};
  map.for_each([&](int row, int column, float value) {
    own = join(own, {blend(row, column, value), row * side + column});
  });
  const Peak best = over_block(own, scratch);
  if (threadIdx.x != 0) return;

  const int top = best.value > -INFINITY ? best.index : 0;  // 0 if all values are NaN.
  const auto blended = [&](int row, int column) { return blend(row, column, map.at(row, column)); };
  const double row = vertex(top / side, side, [&](int i) { return blended(i, top % side); });
  const double column = vertex(top % side, side, [&](int i) { return blended(top / side, i); });

  const Target& target = targets[object];
  const double zoom = zoom_of(scale, settings), extent = zoom * search_extent(target, settings);
  const double places[2] = {column, row}, cell = settings.total_stride / factor;
  Candidate& candidate = candidates[object];
  for (int axis = 0; axis < 2; ++axis) {
    const double in_crop = (places[axis] - (side - 1) / 2.0) * cell;
    candidate.center[axis] = center_of(target, axis) + in_crop * extent / settings.search_size;
    float* const proposal = proposals + 4 * object + axis;
    proposal[0] = static_cast<float>(settings.search_size / 2 + in_crop);
    proposal[2] = static_cast<float>(target.box[2 + axis] * settings.search_size / extent);
  }
  candidate.peak = map.at(static_cast<int>(rint(row)), static_cast<int>(rint(column)));
  candidate.zoom = zoom;
  chosen[object] = static_cast<std::int64_t>(object) * scales + scale;
}

}  // namespace

void peak(const float* responses, int size, const float* window, const Target* targets, int objects,
          const Settings& settings, Candidate* candidates, std::int64_t* chosen, float* proposals,
          cudaStream_t stream) {
  const int factor = static_cast<int>(settings.response_upsampling);
  const std::size_t floats = RefinedMap::floats(size, factor) + 3 * THREADS +
                             3 * static_cast<std::size_t>(settings.num_scales);
  if (floats * sizeof(float) > device().shared_bytes) {
    throw std::runtime_error("expected responses that fit into shared memory; got " +
                                std::to_string(size) + " cells a side, refined " +
                                std::to_string(factor) + " times");
  }
  launch(peak_kernel, {dim3(objects), dim3(THREADS), floats * sizeof(float), stream, false},
         responses, size, window, targets, settings, candidates, chosen, proposals);
}

}  // namespace tracker
