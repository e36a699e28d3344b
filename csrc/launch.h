// The CUDA runtime as the host code uses it: checked launches and facts about the device.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace tracker {

// Shared memory that a block of any device gets without a request.
constexpr std::size_t DEFAULT_SHARED_BYTES = 48 * 1024;

inline void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // Clears the error, which the next unrelated call would report otherwise.
  throw std::runtime_error(std::string(cudaGetErrorName(error)) + ": " +
                           cudaGetErrorString(error));
}

// Limits of the current device.
struct Device {
  int code;  // 10 * compute capability of the compiled kernels: lower than the device's after JIT.
  int multiprocessors;
  std::size_t shared_bytes;  // The most that one block can request.
};

Device device();

struct Launch {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes;
  cudaStream_t stream;
  bool cluster;  // The blocks along y form a cluster: they can read each other's shared memory.
};

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), const Launch& how, const Arguments&... arguments) {
  // Set on every launch, because it applies to the current device only; it needs no round trip.
  if (how.shared_bytes > DEFAULT_SHARED_BYTES) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(how.shared_bytes)));
  }
  cudaLaunchAttribute cluster = {};
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim.x = 1;
  cluster.val.clusterDim.y = how.grid.y;
  cluster.val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = how.grid;
  config.blockDim = how.block;
  config.dynamicSmemBytes = how.shared_bytes;
  config.stream = how.stream;
  config.attrs = &cluster;
  config.numAttrs = how.cluster ? 1 : 0;
  check(cudaLaunchKernelEx(&config, kernel, Parameters(arguments)...));
}

}  // namespace tracker
