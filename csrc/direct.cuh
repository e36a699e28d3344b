// Shared by the direct kernels: the inner loop, and the division of work over a block's threads.
//
// A block copies some channels ("slots") of a search to shared memory, as float32. A thread owns
// one slot and one tile of its response, which it keeps in registers while it reads the search row
// by row. Tiles cover the response; what lies beyond its edges is computed and never written.
#pragma once

#include "correlation.h"
#include "device.cuh"

namespace tracker {

constexpr int MAX_THREADS = 256;

// Number of slots side by side in a warp. Their planes lie an odd number of 16-byte words apart, so
// that they access different banks.
constexpr int NEIGHBOURS = 8;

__host__ __device__ constexpr int odd_quads(int floats) { return ((floats + 3) / 4 | 1) * 4; }

// Tile of a response to exemplars of K x K. Two or three tiles of 9 columns cover the usual 17 or
// 25 with little waste; so do the rows, 17 for exemplars of 4 and 6, 25 for the others. More rows
// would need more registers than a thread has.
template <int K>
struct Tile {
  static constexpr int ROWS = K == 4 || K == 6 ? 6 : 5;
  static constexpr int COLUMNS = 9;
};

struct Plan {
  int height, width;          // Of a plane of the search, including its border.
  int border;                 // Rows and columns of zeros on each side.
  int out_height, out_width;  // Of the response.
  int tiles_across, tiles;
  int slots;
  int staged;      // Planes of the search in shared memory: one per slot, or 1 that all share.
  int pitch;       // Floats from the plane of a slot to the next; 0 if they share one.
  bool in_chunks;  // The search can be copied in aligned pieces of 16 bytes.

  int threads() const { return slots * tiles; }
};

// The slot and the tile of this thread; y and x are the first position in the tile.
struct Share {
  int slot, tile, y, x;
};

template <int K>
__device__ Share share(const Plan& plan) {
  const int rest = threadIdx.x / NEIGHBOURS;
  const int tile = rest % plan.tiles;
  return {rest / plan.tiles * NEIGHBOURS + static_cast<int>(threadIdx.x) % NEIGHBOURS, tile,
          tile / plan.tiles_across * Tile<K>::ROWS, tile % plan.tiles_across * Tile<K>::COLUMNS};
}

// The thread that owns a slot and a tile.
__device__ inline int owner(const Plan& plan, int slot, int tile) {
  return (slot / NEIGHBOURS * plan.tiles + tile) * NEIGHBOURS + slot % NEIGHBOURS;
}

// Adds the sum over (u, v) of exemplar[u][v] * search[i + u][j + v] to sums[i][j]. This is all the
// arithmetic of the direct kernels: each value of the search is loaded once and used in every sum
// that needs it.
template <int HEIGHT, int WIDTH, int ROWS, int COLUMNS>
__device__ void correlate(float (&sums)[ROWS][COLUMNS], const float* exemplar, const float* search,
                          int search_width) {
#pragma unroll
  for (int r = 0; r < ROWS + HEIGHT - 1; ++r) {
    float row[COLUMNS + WIDTH - 1];
#pragma unroll
    for (int c = 0; c < COLUMNS + WIDTH - 1; ++c) row[c] = search[r * search_width + c];
#pragma unroll
    for (int u = 0; u < HEIGHT; ++u) {
      const int i = r - u;
      if (i < 0 || i >= ROWS) continue;
#pragma unroll
      for (int v = 0; v < WIDTH; ++v) {
        const float tap = exemplar[u * WIDTH + v];
#pragma unroll
        for (int j = 0; j < COLUMNS; ++j) sums[i][j] = fmaf(tap, row[j + v], sums[i][j]);
      }
    }
  }
}

}  // namespace tracker
