// The correlation operators on a GPU: the interface for the rest of the extension.
//
// The exemplar slides over the search and products are summed, over the channels too (`xcorr`) or
// for each channel alone (`xcorr_depthwise`). Search i belongs to exemplar i / (Bx / Bz), where Bz
// is the number of exemplars and Bx, a multiple of it, the number of searches. The gradients are
// the partial derivatives of sum(grad * response). tracker/ops/xcorr.py has the full definition.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace tracker {

enum class Type { float64, float32, float16, bfloat16 };

// A tensor (batch, channels, height, width) in device memory; strides in elements.
struct Map {
  void* data;
  std::int64_t sizes[4];
  std::int64_t strides[4];
};

// The last map is the output: contiguous, completely overwritten, disjoint from the inputs. The
// shapes must fit together; they are not checked. The work is enqueued on `stream`, allocates
// nothing, and gives the same bits on every run. An empty output enqueues nothing. A launch that
// fails throws std::runtime_error("<name of the CUDA error>: <its description>").
void xcorr(const Map& exemplar, const Map& search, const Map& response, Type, cudaStream_t stream);
void xcorr_grad_exemplar(const Map& grad, const Map& search, const Map& exemplar_grad, Type,
                         cudaStream_t stream);
void xcorr_grad_search(const Map& grad, const Map& exemplar, const Map& search_grad, Type,
                       cudaStream_t stream);
void xcorr_depthwise(const Map& exemplar, const Map& search, const Map& response, Type,
                     cudaStream_t stream);
void xcorr_depthwise_grad_exemplar(const Map& grad, const Map& search, const Map& exemplar_grad,
                                   Type, cudaStream_t stream);
void xcorr_depthwise_grad_search(const Map& grad, const Map& exemplar, const Map& search_grad, Type,
                                 cudaStream_t stream);

// Name of the kernel that the calling thread launched last by a function above, or "none"; for
// diagnostics and tests.
const char* last_kernel();

}  // namespace tracker
