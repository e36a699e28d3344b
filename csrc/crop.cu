// Cuts search crops: squares of a frame, resampled to one size, with a fill colour outside the
// frame.
//
// As on the CPU, a square that shrinks to half its size or less is sampled from a smaller picture,
// in which every `reduction` x `reduction` pixels are averaged to one. Here that picture is never
// stored: each of the four neighbours of a sample is averaged when it is needed.
#include "device.cuh"
#include "launch.h"
#include "square.cuh"
#include "types.cuh"

namespace tracker {
namespace {

constexpr int THREADS = 128;
constexpr int PIXELS_PER_THREAD = 4;

// One axis of a square: where it lies in the (smaller) picture, and that in the frame.
struct Axis {
  float start;     // Position of the first sample, in pixels of the picture.
  int begin, end;  // Part of the frame that the picture covers.
};

struct Square {
  Axis axes[2];
  float step;  // Distance of samples, in pixels of the picture.
  int reduction;
  float fill[3];
};

__device__ int clamp(double value, double limit) {
  return static_cast<int>(fmin(fmax(value, 0.0), limit));
}

__device__ Square make_square(const Target& target, int scale, const Settings& settings) {
  const double extent = zoom_of(scale, settings) * search_extent(target, settings);
  const double shrink = extent / settings.search_size;
  const double limits[2] = {settings.frame_width, settings.frame_height};
  Square square;
  square.reduction = static_cast<int>(shrink);
  bool shrinks = square.reduction >= 2;
  for (int axis = 0; axis < 2; ++axis) {
    const double center = center_of(target, axis), reach = extent / 2 + square.reduction;
    square.axes[axis].begin = clamp(floor(center - reach), limits[axis]);
    square.axes[axis].end = clamp(ceil(center + reach), limits[axis]);
    shrinks = shrinks && square.axes[axis].begin < square.axes[axis].end;
  }
  if (!shrinks) square.reduction = 1;
  square.step = static_cast<float>(shrink / square.reduction);
  for (int axis = 0; axis < 2; ++axis) {
    Axis& own = square.axes[axis];
    if (!shrinks) own.begin = 0, own.end = static_cast<int>(limits[axis]);
    const double start = center_of(target, axis) - shrink * (settings.search_size - 1) / 2;
    own.start = static_cast<float>((start - own.begin) / square.reduction - 0.5);
  }
  for (int channel = 0; channel < 3; ++channel) {
    square.fill[channel] = static_cast<float>(target.fill[channel]);
  }
  return square;
}

// The colour of one pixel of the picture.
struct Color {
  float red, green, blue;
};

// Mean of reduction x reduction pixels, rounded like OpenCV's: of four pixels, halves go up.
__device__ float mean(int sum, int reduction) {
  return reduction == 2 ? (sum + 2) / 4 : rintf(static_cast<float>(sum) / (reduction * reduction));
}

__device__ Color color_at(const Frame& frame, int width, const Square& square, int x, int y) {
  const Axis &across = square.axes[0], &down = square.axes[1];
  const int reduction = square.reduction;
  const int left = across.begin + x * reduction, top = down.begin + y * reduction;
  if (x < 0 || y < 0 || left >= across.end || top >= down.end) {
    return {square.fill[0], square.fill[1], square.fill[2]};
  }
  int red = 0, green = 0, blue = 0;
  for (int row = top; row < top + reduction; ++row) {
    for (int column = left; column < left + reduction; ++column) {
      const std::int64_t line = min(row, down.end - 1);  // Pixels at the edge are repeated.
      const std::uint8_t* pixel = frame.pixels + 3 * (line * width + min(column, across.end - 1));
      red += pixel[0];
      green += pixel[1];
      blue += pixel[2];
    }
  }
  return {mean(red, reduction), mean(green, reduction), mean(blue, reduction)};
}

__device__ float between(float first, float second, float place) {
  return first + (second - first) * place;
}

__device__ Color between(const Color& first, const Color& second, float place) {
  return {between(first.red, second.red, place), between(first.green, second.green, place),
          between(first.blue, second.blue, place)};
}

// Blocks along x divide the pixels of a crop; each index along y is one crop.
template <typename T>
__global__ void __launch_bounds__(THREADS)
    crop_kernel(Frame frame, const Target* targets, Settings settings, T* crops) {
  Square* const shared = reinterpret_cast<Square*>(shared_memory());
  const int scales = static_cast<int>(settings.num_scales);
  if (threadIdx.x == 0) {
    *shared = make_square(targets[blockIdx.y / scales], blockIdx.y % scales, settings);
  }
  __syncthreads();
  const Square square = *shared;
  const Axis &across = square.axes[0], &down = square.axes[1];
  const int size = static_cast<int>(settings.search_size);
  const int width = static_cast<int>(settings.frame_width);
  const int first_pixel = blockIdx.x * THREADS * PIXELS_PER_THREAD + threadIdx.x;
  for (int i = 0; i < PIXELS_PER_THREAD; ++i) {
    const int pixel = first_pixel + i * THREADS;
    if (pixel >= size * size) return;
    // Rounded like OpenCV's vector code: single grey levels change what the network computes.
    const float right = __fmaf_rn(square.step, pixel % size, across.start);
    const float below = __fadd_rn(__fmul_rn(square.step, pixel / size), down.start);
    const int x = static_cast<int>(floorf(right)), y = static_cast<int>(floorf(below));
    const auto color = [&](int column, int row) {
      return color_at(frame, width, square, column, row);
    };
    const Color upper = between(color(x, y), color(x + 1, y), right - x);
    const Color lower = between(color(x, y + 1), color(x + 1, y + 1), right - x);
    const Color sample = between(upper, lower, below - y);
    T* const to = crops + (static_cast<std::int64_t>(blockIdx.y) * size * size + pixel) * 3;
    store(to, rintf(sample.red));
    store(to + 1, rintf(sample.green));
    store(to + 2, rintf(sample.blue));
  }
}

template <typename T>
void run(const Frame& frame, const Target* targets, int objects, const Settings& settings,
         void* crops, cudaStream_t stream) {
  const auto pixels = static_cast<unsigned>(settings.search_size * settings.search_size);
  constexpr unsigned PER_BLOCK = THREADS * PIXELS_PER_THREAD;
  const dim3 grid((pixels + PER_BLOCK - 1) / PER_BLOCK,
                  objects * static_cast<unsigned>(settings.num_scales));
  launch(crop_kernel<T>, {grid, dim3(THREADS), sizeof(Square), stream, false}, frame, targets,
         settings, static_cast<T*>(crops));
}

}  // namespace

void crop(const Frame& frame, const Target* targets, int objects, const Settings& settings,
          Type type, void* crops, cudaStream_t stream) {
  switch (type) {
    case Type::float32:
      return run<float>(frame, targets, objects, settings, crops, stream);
    case Type::float16:
      return run<__half>(frame, targets, objects, settings, crops, stream);
    case Type::bfloat16:
      return run<__nv_bfloat16>(frame, targets, objects, settings, crops, stream);
    case Type::float64:
      throw std::invalid_argument("expected crops of float32, float16 or bfloat16; got float64");
  }
}

}  // namespace tracker
