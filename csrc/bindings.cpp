// The Python module tracker._C: takes numbers and enqueues kernels on a stream. It knows no
// PyTorch: a tensor is the tuple (address, sizes, strides in elements), a dtype its name, a stream
// its handle as an integer. Outputs, devices and streams are chosen in tracker/ops/cuda.py.
#include <cuda_runtime.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tracking.h"

namespace py = pybind11;
using tracker::Map;
using tracker::Type;

namespace {

using Sizes = std::array<std::int64_t, 4>;
using Tensor = std::tuple<std::uintptr_t, Sizes, Sizes>;
using Operator = void (*)(const Map&, const Map&, const Map&, Type, cudaStream_t);
enum class Role { exemplar, search, response };

Map to_map(const Tensor& tensor) {
  const auto& [address, sizes, strides] = tensor;
  Map map{reinterpret_cast<void*>(address), {}, {}};
  std::copy(sizes.begin(), sizes.end(), map.sizes);
  std::copy(strides.begin(), strides.end(), map.strides);
  return map;
}

Type to_type(std::string_view name) {
  if (name == "float64") return Type::float64;
  if (name == "float32") return Type::float32;
  if (name == "float16") return Type::float16;
  if (name == "bfloat16") return Type::bfloat16;
  throw std::invalid_argument("expected float64, float32, float16 or bfloat16; got " +
                              std::string(name));
}

std::string to_text(const Map& map) {
  std::string text = "(";
  for (int i = 0; i < 4; ++i) text += (i ? ", " : "") + std::to_string(map.sizes[i]);
  return text + ")";
}

// The kernels trust the sizes; a wrong one would make them read or write outside of the tensors.
void check(const Map& exemplar, const Map& search, const Map& response, bool depthwise) {
  const auto &z = exemplar.sizes, &x = search.sizes, &r = response.sizes;
  bool fit = z[0] >= 0 && x[0] == r[0] && (z[0] ? x[0] % z[0] : x[0]) == 0;
  fit = fit && z[1] >= 1 && x[1] == z[1] && r[1] == (depthwise ? z[1] : 1);
  for (int side : {2, 3})
    fit = fit && z[side] >= 1 && r[side] >= 1 && r[side] == x[side] - z[side] + 1;
  if (!fit)
    throw std::invalid_argument("expected exemplar, search and response to fit together; got " +
                                to_text(exemplar) + ", " + to_text(search) + " and " +
                                to_text(response));
}

// Exports `op`, whose three tensors have these roles; the last one is the output.
void define(py::module_& module, const char* name, Operator op, std::array<Role, 3> roles,
            bool depthwise) {
  const auto call = [=](const Tensor& first, const Tensor& second, const Tensor& output,
                        std::string_view dtype, std::uintptr_t stream) {
    const std::array<Map, 3> maps{to_map(first), to_map(second), to_map(output)};
    std::array<const Map*, 3> by_role{};
    for (int i = 0; i < 3; ++i) by_role[static_cast<int>(roles[i])] = &maps[i];
    check(*by_role[0], *by_role[1], *by_role[2], depthwise);
    const Type type = to_type(dtype);
    py::gil_scoped_release unlocked;
    op(maps[0], maps[1], maps[2], type, reinterpret_cast<cudaStream_t>(stream));
  };
  module.def(name, call, py::arg("first"), py::arg("second"), py::arg("output"), py::arg("dtype"),
             py::arg("stream"));
}

template <typename T>
T* at(std::uintptr_t address) {
  return reinterpret_cast<T*>(address);
}

tracker::Settings to_settings(const std::vector<double>& values) {
  tracker::Settings settings;
  if (values.size() * sizeof(double) != sizeof settings)
    throw std::invalid_argument("expected " + std::to_string(sizeof settings / sizeof(double)) +
                                " settings; got " + std::to_string(values.size()));
  std::memcpy(&settings, values.data(), sizeof settings);
  return settings;
}

// Exports the kernels of tracking.h. Their tensors are plain addresses, whose sizes
// tracker/ops/frame_kernels.py has checked.
void define_tracking(py::module_& module) {
  using Address = std::uintptr_t;
  using Values = std::vector<double>;
  module.def("crop", [](Address frame, Address targets, int objects, const Values& settings,
                        std::string_view dtype, Address crops, Address stream) {
    tracker::crop({at<std::uint8_t>(frame)}, at<tracker::Target>(targets), objects,
                  to_settings(settings), to_type(dtype), at<void>(crops),
                  reinterpret_cast<cudaStream_t>(stream));
  });
  module.def("peak", [](Address responses, int size, Address window, Address targets, int objects,
                        const Values& settings, Address candidates, Address chosen,
                        Address proposals, Address stream) {
    tracker::peak(at<float>(responses), size, at<float>(window), at<tracker::Target>(targets),
                  objects, to_settings(settings), at<tracker::Candidate>(candidates),
                  at<std::int64_t>(chosen), at<float>(proposals),
                  reinterpret_cast<cudaStream_t>(stream));
  });
  module.def("decide", [](Address candidates, Address refined, Address targets, int objects,
                          const Values& settings, Address results, Address stream) {
    tracker::decide(at<tracker::Candidate>(candidates), at<float>(refined),
                    at<tracker::Target>(targets), objects, to_settings(settings),
                    at<tracker::Result>(results), reinterpret_cast<cudaStream_t>(stream));
  });
  py::dict layouts;
  for (const auto& [name, fields] : tracker::LAYOUTS) layouts[name] = fields;
  module.attr("LAYOUTS") = layouts;
}

int device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    cudaGetLastError();  // Handled here: it must not surface in a later launch.
    return 0;
  }
  return count;
}

}  // namespace

PYBIND11_MODULE(_C, module) {
  module.doc() = "The CUDA kernels of tracker.ops; see csrc/README.md.";
  constexpr auto z = Role::exemplar, x = Role::search, r = Role::response;
  define(module, "xcorr", tracker::xcorr, {z, x, r}, false);
  define(module, "xcorr_grad_exemplar", tracker::xcorr_grad_exemplar, {r, x, z}, false);
  define(module, "xcorr_grad_search", tracker::xcorr_grad_search, {r, z, x}, false);
  define(module, "xcorr_depthwise", tracker::xcorr_depthwise, {z, x, r}, true);
  define(module, "xcorr_depthwise_grad_exemplar", tracker::xcorr_depthwise_grad_exemplar,
         {r, x, z}, true);
  define(module, "xcorr_depthwise_grad_search", tracker::xcorr_depthwise_grad_search, {r, z, x},
         true);
  define_tracking(module);
  module.def("last_kernel", &tracker::last_kernel,
             "Name of the kernel that this thread launched last, or \"none\".");
  module.attr("ARCHITECTURES") = TRACKER_ARCHITECTURES;
  module.attr("CUDA_VERSION") =
      std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);
  module.def("device_count", &device_count, "Devices that this CUDA can use; 0 without a driver.");
}
