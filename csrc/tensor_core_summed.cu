// The summed operator in 16 bits on tensor cores (sm_80 and later). A matrix product multiplies
// every pixel p of the search with every tap t of the exemplar,
//
//   products[t, p] = sum over c of search[c, p] * exemplar[c, t],
//
// and a response is the sum of the products along a diagonal: those of pixel (y + u, x + v) with
// tap (u, v). Most products belong to a response, and dense matrices keep the units busy.
//
// A block processes the search in bands of whole rows, and the channels in chunks.
#include "cluster.cuh"
#include "correlation.h"
#include "split.h"
#include "stage_matrices.cuh"

namespace tracker {
namespace {

struct Geometry {
  int width, height;
  int rows;  // Per band.
  int exemplar_height, exemplar_width;
  int out_height, out_width;
  int channels_per_block;
};

template <int TAP_TILES>
struct Layout {
  static constexpr int TAPS = 8 * TAP_TILES;
  static constexpr int INPUT_FLOATS = (TAPS * CHUNK_PITCH + PIXELS * CHUNK_PITCH) / 2;
  static constexpr int PRODUCT_FLOATS = TAPS * PRODUCT_PITCH;
  // The products overwrite the inputs; the sums of the responses follow.
  static constexpr int SUMS = INPUT_FLOATS > PRODUCT_FLOATS ? INPUT_FLOATS : PRODUCT_FLOATS;
  static_assert(CHUNK * PIXEL_PITCH <= PIXELS * CHUNK_PITCH, "one size for both layouts");
};

template <typename T, int TAP_TILES, bool CHANNELS_LAST>
__global__ void __launch_bounds__(GEMM_THREADS, 2)
    gemm_kernel(Correlation correlation, Geometry geometry, std::int64_t group) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800  // Empty, and never launched, before sm_80.
  const Map& search_map = correlation.search;
  const Map& exemplar_map = correlation.exemplar;
  const std::int64_t search = blockIdx.x;
  const T* const search_data =
      static_cast<const T*>(search_map.data) + search * search_map.strides[0];
  const T* const exemplar_data =
      static_cast<const T*>(exemplar_map.data) + search / group * exemplar_map.strides[0];
  T* const taps = reinterpret_cast<T*>(shared_memory());
  T* const pixels = taps + Layout<TAP_TILES>::TAPS * CHUNK_PITCH;
  float* const products = shared_memory();
  float* const sums = products + Layout<TAP_TILES>::SUMS;

  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  const int width = geometry.width;
  const int count = geometry.out_height * geometry.out_width;
  const int first_channel = blockIdx.y * geometry.channels_per_block;
  const int end_channel =
      min(first_channel + geometry.channels_per_block, static_cast<int>(search_map.sizes[1]));
  for (int o = threadIdx.x; o < count; o += GEMM_THREADS) sums[o] = 0;

  for (int top = 0; top < geometry.height; top += geometry.rows) {
    const int rows = min(geometry.rows, geometry.height - top);
    float tile[2][TAP_TILES][4] = {};
    for (int channel = first_channel; channel < end_channel; channel += CHUNK) {
      const int channels = min(CHUNK, end_channel - channel);
      const T* const band =
          search_data + channel * search_map.strides[1] + top * search_map.strides[2];
      if constexpr (CHANNELS_LAST) {
        stage_pixels(pixels, band, search_map, rows * width, channels);
      } else {
        stage_planes(pixels, band, search_map, rows * width, channels);
      }
      stage_taps(taps, exemplar_data + channel * exemplar_map.strides[1], exemplar_map, channels);
      wait_for_copies();
      __syncthreads();
      // Rows beyond the last pixel and tap are undefined; they affect only products that are never
      // read. Channels beyond the last would affect all: their number is a multiple of STEP.
      for (int k = 0; k < channels; k += STEP) {
        std::uint32_t a[2][4];
#pragma unroll
        for (int m = 0; m < 2; ++m) {
          const int pixel = warp * 32 + m * 16;
          if constexpr (CHANNELS_LAST) {
            load_matrices(a[m], pixels + (pixel + lane % 16) * CHUNK_PITCH + k + lane / 16 * 8);
          } else {
            load_matrices<4, true>(a[m], pixels + (k + lane / 16 * 8 + lane % 8) * PIXEL_PITCH +
                                             pixel + lane / 8 % 2 * 8);
          }
        }
#pragma unroll
        for (int n = 0; n < TAP_TILES; ++n) {
          std::uint32_t b[2];
          load_matrices(b, taps + (n * 8 + lane % 8) * CHUNK_PITCH + k + lane / 8 % 2 * 8);
#pragma unroll
          for (int m = 0; m < 2; ++m) multiply_add(tile[m][n], a[m], b, T{});
        }
      }
      __syncthreads();
    }

#pragma unroll
    for (int m = 0; m < 2; ++m) {
#pragma unroll
      for (int n = 0; n < TAP_TILES; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const int tap = n * 8 + lane % 4 * 2 + e % 2;
          const int pixel = warp * 32 + m * 16 + lane / 4 + e / 2 * 8;
          products[tap * PRODUCT_PITCH + pixel] = tile[m][n][e];
        }
      }
    }
    __syncthreads();
    // Add up the part of each diagonal that lies in this band.
    for (int o = threadIdx.x; o < count; o += GEMM_THREADS) {
      const int y = o / geometry.out_width, x = o % geometry.out_width;
      const int begin = max(0, top - y), end = min(geometry.exemplar_height, top + rows - y);
      float sum = 0;
      for (int u = begin; u < end; ++u) {
        const float* product =
            products + u * geometry.exemplar_width * PRODUCT_PITCH + (y + u - top) * width + x;
        for (int v = 0; v < geometry.exemplar_width; ++v, product += PRODUCT_PITCH + 1) {
          sum += *product;
        }
      }
      sums[o] += sum;
    }
    __syncthreads();
  }
  write_response(correlation.response, correlation.type, search, sums, count);
#endif
}

template <typename T, int TAP_TILES, bool CHANNELS_LAST>
bool run(const Correlation& correlation, cudaStream_t stream) {
  const Map &exemplar = correlation.exemplar, &search = correlation.search;
  const std::int64_t count = correlation.response.sizes[2] * correlation.response.sizes[3];
  const std::size_t shared_bytes = 4 * (Layout<TAP_TILES>::SUMS + count);
  if (shared_bytes > device().shared_bytes) return false;
  const Split split = divide_channels(search, CHUNK);
  const auto size = [](std::int64_t value) { return static_cast<int>(value); };
  const Geometry geometry = {size(search.sizes[3]),
                             size(search.sizes[2]),
                             PIXELS / size(search.sizes[3]),
                             size(exemplar.sizes[2]),
                             size(exemplar.sizes[3]),
                             size(correlation.response.sizes[2]),
                             size(correlation.response.sizes[3]),
                             split.channels};
  launch(gemm_kernel<T, TAP_TILES, CHANNELS_LAST>,
         {dim3(static_cast<unsigned>(search.sizes[0]), split.blocks), dim3(GEMM_THREADS),
          shared_bytes, stream, split.blocks > 1},
         correlation, geometry, correlation.group());
  return true;
}

bool aligned(const Map& map, int values, int axis) {
  return reinterpret_cast<std::uintptr_t>(map.data) % (2 * values) == 0 &&
         map.strides[0] % values == 0 && map.strides[axis] % values == 0;
}

template <typename T, int TAP_TILES>
bool choose_layout(const Correlation& correlation, cudaStream_t stream) {
  const Map& search = correlation.search;
  const std::int64_t width = search.sizes[3];
  if (search.strides[2] != width * search.strides[3]) return false;
  if (search.strides[1] == 1 && aligned(search, 8, 3)) {
    return run<T, TAP_TILES, true>(correlation, stream);
  }
  if (search.strides[3] == 1 && width % 2 == 0 && aligned(search, 2, 1)) {
    return run<T, TAP_TILES, false>(correlation, stream);
  }
  return false;
}

template <typename T>
bool choose_size(const Correlation& correlation, cudaStream_t stream) {
  const std::int64_t taps = correlation.exemplar.sizes[2] * correlation.exemplar.sizes[3];
  if (taps <= 40) return choose_layout<T, 5>(correlation, stream);
  if (taps <= 64) return choose_layout<T, 8>(correlation, stream);
  return false;
}

}  // namespace

bool tensor_core_summed(const Correlation& correlation, cudaStream_t stream) {
  constexpr std::int64_t MAX_HEIGHT = 1024, MAX_CHANNELS = 1 << 24;
  const std::int64_t (&sizes)[4] = correlation.search.sizes;
  if (correlation.sum != Sum::channels || sizes[0] > 0x7fffffff || sizes[1] > MAX_CHANNELS ||
      sizes[1] % STEP != 0 || sizes[2] > MAX_HEIGHT || sizes[3] > PIXELS || device().code < 80) {
    return false;
  }
  switch (correlation.type) {
    case Type::float16:
      return choose_size<__half>(correlation, stream);
    case Type::bfloat16:
      return choose_size<__nv_bfloat16>(correlation, stream);
    default:
      return false;
  }
}

}  // namespace tracker
