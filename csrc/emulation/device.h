// The primitives of device.cuh on the emulated device.
#pragma once

#include <cstring>
#include <stdexcept>

#include "types.cuh"

namespace tracker {

using Place = std::source_location;

inline float* shared_memory() {
  return static_cast<float*>(emulation::current_thread().block->shared->data());
}

template <int BYTES>
void copy_async(void* to, const void* from) {
  struct alignas(BYTES) Piece {
    char bytes[BYTES];
  };
  // The compiler checks the alignment. Reading now, not at the wait, reports a fault here.
  const Piece piece = *static_cast<const Piece*>(from);
  Piece* const place = static_cast<Piece*>(to);
  emulation::current_thread().copies.push_back([=] { *place = piece; });
}

inline void wait_for_copies() {
  auto& copies = emulation::current_thread().copies;
  for (const auto& copy : copies) copy();
  copies.clear();
}

inline unsigned cluster_size() { return emulation::device.launched.cluster; }
inline void cluster_barrier(Place place = Place::current()) {
  emulation::barrier(emulation::Scope::cluster, place);
}
inline float cluster_load(const float* address, unsigned rank) {
  auto& device = emulation::device;
  return address[static_cast<float*>(device.block_of_cluster(rank).shared->data()) -
                 shared_memory()];
}

// Shares `count` words with the warp; returns a function that gives the words of any lane. The next
// exchange uses the other buffer, so no lane overwrites words that others have not read yet.
inline auto exchange(const std::uint32_t* words, int count, Place place) {
  auto& self = emulation::current_thread();
  const unsigned buffer = self.exchanges++ % 2;
  std::memcpy(self.shown[buffer], words, 4 * count);
  emulation::barrier(emulation::Scope::warp, place);
  return [&self, buffer](unsigned lane) { return self.warp[lane].shown[buffer]; };
}

template <int COUNT, bool TRANSPOSED = false>
void load_matrices(std::uint32_t (&to)[COUNT], const void* row, Place place = Place::current()) {
  const auto address = reinterpret_cast<std::uintptr_t>(row);
  if (address % 16 != 0) __builtin_trap();
  const std::uint32_t words[2] = {static_cast<std::uint32_t>(address),
                                  static_cast<std::uint32_t>(address >> 32)};
  const auto lanes = exchange(words, 2, place);
  const auto value = [&](int matrix, unsigned row, unsigned column) -> std::uint32_t {
    const std::uint16_t* values;
    std::memcpy(&values, lanes(8 * matrix + row), sizeof values);
    return values[column];
  };
  const unsigned one = emulation::current_thread().lane / 4;
  const unsigned two = emulation::current_thread().lane % 4 * 2;
  for (int i = 0; i < COUNT; ++i) {
    to[i] = TRANSPOSED ? value(i, two, one) | value(i, two + 1, one) << 16
                       : value(i, one, two) | value(i, one, two + 1) << 16;
  }
}

template <typename T>
float half_of(std::uint32_t pair, int which) {
  const auto bits = static_cast<std::uint16_t>(which == 0 ? pair : pair >> 16);
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return widen(value);
}

// The fragments are laid out as in the PTX manual, mma.m16n8k16.
template <typename T>
void multiply_add(float (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2], T,
                  Place place = Place::current()) {
  const std::uint32_t words[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  const auto lanes = exchange(words, 6, place);
  const unsigned lane = emulation::current_thread().lane;
  float rows[2][16], columns[2][16];
  for (int i = 0; i < 2; ++i) {
    for (int k = 0; k < 16; ++k) {
      const unsigned holder = k % 8 / 2;
      rows[i][k] = half_of<T>(lanes(lane / 4 * 4 + holder)[i + k / 8 * 2], k % 2);
      columns[i][k] = half_of<T>(lanes((lane % 4 * 2 + i) * 4 + holder)[4 + k / 8], k % 2);
    }
  }
  for (int e = 0; e < 4; ++e) {
    for (int k = 0; k < 16; ++k) sums[e] += rows[e / 2][k] * columns[e % 2][k];
  }
}

}  // namespace tracker
