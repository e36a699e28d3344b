// Primitives for which CUDA C++ has no plain syntax: the only device code that differs between GPU
// and emulation.
#pragma once

#ifndef __CUDACC__
#include "emulation/device.h"
#else

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_pipeline_primitives.h>

#include <cstdint>

namespace tracker {

// The shared memory whose size the launch chose, 16-byte aligned.
__device__ inline float* shared_memory() {
  extern __shared__ float4 memory[];
  return reinterpret_cast<float*>(memory);
}

// Starts a copy of 4 or 16 bytes, aligned to its size, from global to shared memory. Before sm_80
// it is an ordinary copy.
template <int BYTES>
__device__ inline void copy_async(void* to, const void* from) {
  __pipeline_memcpy_async(to, from, BYTES);
}

// Waits for the copies that this thread has started.
__device__ inline void wait_for_copies() {
  __pipeline_commit();
  __pipeline_wait_prior(0);
}

#if __CUDA_ARCH__ >= 900

// Number of blocks in the cluster, which lie along y and can read each other's shared memory.
__device__ inline unsigned cluster_size() {
  unsigned size;
  asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(size));
  return size;
}

__device__ inline void cluster_barrier() {
  asm volatile("barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");
}

// The value at the same address in the shared memory of block `rank` of the cluster.
__device__ inline float cluster_load(const float* address, unsigned rank) {
  std::uint32_t remote;
  float value;
  asm("mapa.shared::cluster.u32 %0, %1, %2;"
      : "=r"(remote)
      : "r"(static_cast<std::uint32_t>(__cvta_generic_to_shared(address))), "r"(rank));
  asm volatile("ld.shared::cluster.f32 %0, [%1];" : "=f"(value) : "r"(remote) : "memory");
  return value;
}

#else

__device__ inline unsigned cluster_size() { return 1; }
__device__ inline void cluster_barrier() { __syncthreads(); }
__device__ inline float cluster_load(const float* address, unsigned) { return *address; }

#endif

// The host compiler, for which __CUDA_ARCH__ is undefined, parses this without compiling it.
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800

// Loads `COUNT` 8 x 8 matrices of 16-bit values; lane 8 i + r passes the address of row r of matrix
// i. Lane l receives from each matrix the values 2 (l % 4) and 2 (l % 4) + 1 of row l / 4, or of
// column l / 4 if transposed.
template <int COUNT, bool TRANSPOSED = false>
__device__ inline void load_matrices(std::uint32_t (&to)[COUNT], const void* row) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  if constexpr (COUNT == 2) {
    static_assert(!TRANSPOSED);
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(to[0]), "=r"(to[1])
                 : "r"(address)
                 : "memory");
  } else if constexpr (TRANSPOSED) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
  }
}

// Adds a (16 x 16) * b (16 x 8) to sums (16 x 8), by one warp. Lane l holds rows l / 4 (elements 0
// and 1) and l / 4 + 8 (elements 2 and 3) of `sums`, at columns 2 (l % 4) and 2 (l % 4) + 1.
__device__ inline void multiply_add(float (&sums)[4], const std::uint32_t (&a)[4],
                                    const std::uint32_t (&b)[2], __half) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ inline void multiply_add(float (&sums)[4], const std::uint32_t (&a)[4],
                                    const std::uint32_t (&b)[2], __nv_bfloat16) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#endif

}  // namespace tracker

#endif
