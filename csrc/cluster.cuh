// The last step of a summed response when its channels are divided over the blocks of a cluster.
#pragma once

#include "device.cuh"
#include "types.cuh"

namespace tracker {

// Adds up `sums`, which every block of the cluster holds in its shared memory, in the order of the
// blocks, and writes the response number `search`.
__device__ inline void write_response(const Map& response, Type type, std::int64_t search,
                                      const float* sums, int count) {
  cluster_barrier();
  with_type(type, [&](auto value) {
    auto* to = static_cast<decltype(value)*>(response.data) + search * count;
    for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < count;
         i += cluster_size() * blockDim.x) {
      float sum = 0;
      for (unsigned rank = 0; rank < cluster_size(); ++rank) sum += cluster_load(sums + i, rank);
      store(to + i, sum);
    }
  });
  cluster_barrier();  // No block may end while others read its memory.
}

}  // namespace tracker
