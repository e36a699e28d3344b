// The six operators: each is expressed as a Correlation, and the first kernel that supports it
// runs.
#include "correlation.h"

namespace tracker {
namespace {

thread_local const char* chosen = "none";

void run(const Correlation& correlation, cudaStream_t stream) {
  chosen = "none";
  for (const std::int64_t size : correlation.response.sizes) {
    if (size == 0) return;
  }
  if (tensor_core_summed(correlation, stream)) {
    chosen = "tensor_core_summed";
  } else if (direct_summed(correlation, stream)) {
    chosen = "direct_summed";
  } else if (direct_depthwise(correlation, stream)) {
    chosen = "direct_depthwise";
  } else if (direct_exemplar_grad(correlation, stream)) {
    chosen = "direct_exemplar_grad";
  } else {
    simple(correlation, stream);
    chosen = "simple";
  }
}

// The gradient of a summed response is the same for every channel: a depthwise gradient of stride
// 0.
Map broadcast(Map grad, std::int64_t channels) {
  grad.sizes[1] = channels;
  grad.strides[1] = 0;
  return grad;
}

// Turns a map by 180 degrees: it starts at the last pixel and runs backwards.
Map turned(Map map, Type type) {
  const std::int64_t size = type == Type::float64 ? 8 : type == Type::float32 ? 4 : 2;
  for (const int axis : {2, 3}) {
    map.data = static_cast<char*>(map.data) + (map.sizes[axis] - 1) * map.strides[axis] * size;
    map.strides[axis] = -map.strides[axis];
  }
  return map;
}

}  // namespace

void xcorr(const Map& exemplar, const Map& search, const Map& response, Type type,
           cudaStream_t stream) {
  run({exemplar, search, response, type, Sum::channels, false}, stream);
}

void xcorr_grad_exemplar(const Map& grad, const Map& search, const Map& exemplar_grad, Type type,
                         cudaStream_t stream) {
  xcorr_depthwise_grad_exemplar(broadcast(grad, search.sizes[1]), search, exemplar_grad, type,
                                stream);
}

void xcorr_grad_search(const Map& grad, const Map& exemplar, const Map& search_grad, Type type,
                       cudaStream_t stream) {
  xcorr_depthwise_grad_search(broadcast(grad, exemplar.sizes[1]), exemplar, search_grad, type,
                              stream);
}

void xcorr_depthwise(const Map& exemplar, const Map& search, const Map& response, Type type,
                     cudaStream_t stream) {
  run({exemplar, search, response, type, Sum::none, false}, stream);
}

// The gradient slides over the search, as the exemplar did.
void xcorr_depthwise_grad_exemplar(const Map& grad, const Map& search, const Map& exemplar_grad,
                                   Type type, cudaStream_t stream) {
  run({grad, search, exemplar_grad, type, Sum::searches, false}, stream);
}

// The turned exemplar slides over the gradient and beyond its edges.
void xcorr_depthwise_grad_search(const Map& grad, const Map& exemplar, const Map& search_grad,
                                 Type type, cudaStream_t stream) {
  run({turned(exemplar, type), grad, search_grad, type, Sum::none, true}, stream);
}

const char* last_kernel() { return chosen; }

}  // namespace tracker
