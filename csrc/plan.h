// Divides a correlation over the blocks of a direct kernel, on the host.
#pragma once

#include <algorithm>
#include <type_traits>

#include "direct.cuh"
#include "launch.h"

namespace tracker {

constexpr std::int64_t MAX_BLOCKS = 0x7fffffff;

// Returns run(K) with K, a constant, such that `exemplar` is K x K, or false if there are no
// kernels for its size.
template <typename Run>
bool with_exemplar_size(const Map& exemplar, Run run) {
  if (exemplar.sizes[2] != exemplar.sizes[3]) return false;
  switch (exemplar.sizes[2]) {
    case 4:
      return run(std::integral_constant<int, 4>());
    case 5:
      return run(std::integral_constant<int, 5>());
    case 6:
      return run(std::integral_constant<int, 6>());
    case 7:
      return run(std::integral_constant<int, 7>());
    case 8:
      return run(std::integral_constant<int, 8>());
    default:
      return false;
  }
}

// Whether runs of adjacent planes that begin at any multiple of 8 planes can be copied in aligned
// pieces of 16 bytes.
inline bool in_chunks(const Map& map, Type type) {
  const std::int64_t bytes = type == Type::float32 ? 4 : 2;
  const std::int64_t plane = map.sizes[2] * map.sizes[3];
  return map.strides[3] == 1 && map.strides[2] == map.sizes[3] && map.strides[1] == plane &&
         map.strides[0] * bytes % 16 == 0 && map.sizes[1] * plane * bytes % 16 == 0 &&
         reinterpret_cast<std::uintptr_t>(map.data) % 16 == 0;
}

// Floats from a plane of `size` pixels to the next. Planes of whole 16-byte pieces are spaced so
// that they begin in different banks; others are copied as one run and do so anyway.
inline int pitch(int size, bool in_chunks, Type type) {
  if (!in_chunks) return size | 1;
  return size % (type == Type::float32 ? 4 : 8) == 0 ? odd_quads(size) : size;
}

// Floats in shared memory for the search, including what tiles read beyond its last row.
template <int K>
std::size_t search_floats(const Plan& plan) {
  const int rows = plan.tiles / plan.tiles_across * Tile<K>::ROWS + K - 1;
  const int columns = plan.tiles_across * Tile<K>::COLUMNS + K - 1;
  const int tail = (rows - 1) * plan.width + columns;
  return (plan.staged - 1) * plan.pitch + std::max(tail, plan.pitch);
}

// Chooses the number of slots: as many as there is work for in a block of at most MAX_THREADS
// threads that needs no more shared memory than a block always has, so that several share a
// multiprocessor; the fewest may need more. `floats` tells how much a plan needs. Returns false if
// the maps are too large or of type float64.
template <int K, typename Floats>
bool make_plan(const Correlation& correlation, Floats floats, Plan* plan) {
  constexpr std::int64_t MAX_SIDE = 256;
  const Map& search = correlation.search;
  const int border = correlation.bordered ? K - 1 : 0;
  const std::int64_t height = search.sizes[2] + 2 * border, width = search.sizes[3] + 2 * border;
  if (correlation.type == Type::float64 || height > MAX_SIDE || width > MAX_SIDE ||
      search.sizes[1] > MAX_BLOCKS - MAX_THREADS) {
    return false;
  }
  plan->height = static_cast<int>(height);
  plan->width = static_cast<int>(width);
  plan->border = border;
  plan->out_height = plan->height - K + 1;
  plan->out_width = plan->width - K + 1;
  plan->tiles_across = (plan->out_width + Tile<K>::COLUMNS - 1) / Tile<K>::COLUMNS;
  plan->tiles = plan->tiles_across * ((plan->out_height + Tile<K>::ROWS - 1) / Tile<K>::ROWS);
  const bool one_plane = search.strides[1] == 0;
  plan->in_chunks = border == 0 && !one_plane && in_chunks(search, correlation.type);
  plan->pitch =
      one_plane ? 0 : pitch(plan->height * plan->width, plan->in_chunks, correlation.type);
  for (plan->slots = 4 * NEIGHBOURS; plan->slots > NEIGHBOURS; plan->slots /= 2) {
    plan->staged = one_plane ? 1 : plan->slots;
    if (plan->slots < search.sizes[1] + NEIGHBOURS && plan->threads() <= MAX_THREADS &&
        4 * floats(*plan) <= DEFAULT_SHARED_BYTES) {
      return true;
    }
  }
  plan->staged = one_plane ? 1 : plan->slots;
  return plan->threads() <= MAX_THREADS && 4 * floats(*plan) <= device().shared_bytes;
}

}  // namespace tracker
