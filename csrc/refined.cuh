// A response map refined by bicubic interpolation, without storing the refined map.
//
// The weights are those of OpenCV's INTER_CUBIC (a = -0.75, border values repeated), and the result
// is that of `upsample` in tracker/tracking/response.py. Refined index i lies between the middles
// of the cells `cell(i) - 1` and `cell(i)`, at the fraction given by `phase(i)`.
#pragma once

#include "device.cuh"

namespace tracker {

__device__ inline void cubic_taps(float fraction, float* taps) {
  constexpr float A = -0.75f;
  const float before = fraction + 1, after = 1 - fraction;
  taps[0] = ((A * before - 5 * A) * before + 8 * A) * before - 4 * A;
  taps[1] = ((A + 2) * fraction - (A + 3)) * fraction * fraction + 1;
  taps[2] = ((A + 2) * after - (A + 3)) * after * after + 1;
  taps[3] = 1 - taps[0] - taps[1] - taps[2];
}

template <int THREADS>
class Refined {
 public:
  // `memory` is shared memory for floats(cells, factor) floats.
  __device__ Refined(float* memory, int cells, int factor)
      : cells_(cells), factor_(factor), side_(cells * factor), taps_(memory),
        map_(taps_ + 4 * factor), wide_(map_ + cells * cells) {
    for (int phase = threadIdx.x; phase < factor; phase += THREADS) {
      const float fraction = (phase + (factor % 2 == 0 ? 0.5f : 0.0f)) / factor;
      cubic_taps(fraction, taps_ + 4 * phase);
    }
  }

  __host__ __device__ static std::size_t floats(int cells, int factor) {
    return 4 * factor + cells * cells * (1 + factor);
  }

  __device__ int side() const { return side_; }

  // Loads a map of cells x cells values; all threads call it.
  __device__ void load(const float* map) {
    __syncthreads();  // Other threads may still read the last map.
    for (int i = threadIdx.x; i < cells_ * cells_; i += THREADS) map_[i] = map[i];
    __syncthreads();
    for (int i = threadIdx.x; i < cells_ * side_; i += THREADS) {
      const int x = i % side_;
      wide_[i] = along(map_ + i / side_ * cells_, 1, cell(x), phase(x));
    }
    __syncthreads();
  }

  __device__ float at(int row, int column) const {
    return along(wide_ + column, side_, cell(row), phase(row));
  }

  // Calls visit(row, column, value) for every refined value, divided over the threads. A thread
  // takes all values of a column between two cells, which depend on the same four values.
  template <typename Visit>
  __device__ void for_each(Visit visit) const {
    for (int i = threadIdx.x; i < (cells_ + 1) * side_; i += THREADS) {
      const int column = i % side_, below = i / side_;
      float values[4];
      for (int k = 0; k < 4; ++k) values[k] = wide_[clamped(below - 2 + k) * side_ + column];
      const int first = below * factor_ - (factor_ + 1) / 2;
      for (int phase = max(0, -first); phase < min(factor_, side_ - first); ++phase) {
        const float* taps = taps_ + 4 * phase;
        visit(first + phase, column,
              values[0] * taps[0] + values[1] * taps[1] + values[2] * taps[2] +
                  values[3] * taps[3]);
      }
    }
  }

 private:
  __device__ int cell(int i) const { return (i + (factor_ + 1) / 2) / factor_; }
  __device__ int phase(int i) const { return (i + (factor_ + 1) / 2) % factor_; }
  __device__ int clamped(int cell) const { return min(max(cell, 0), cells_ - 1); }

  // Interpolates along values `stride` apart.
  __device__ float along(const float* values, int stride, int cell, int phase) const {
    float sum = 0;
    for (int k = 0; k < 4; ++k) {
      sum += taps_[4 * phase + k] * values[clamped(cell - 2 + k) * stride];
    }
    return sum;
  }

  int cells_, factor_, side_;
  float *taps_, *map_, *wide_;
};

}  // namespace tracker
