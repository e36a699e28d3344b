// The boundary of csrc/xcorr.h as C functions, for ctypes, and the knobs of the emulated device.
#include <cstdio>
#include <exception>

#include "xcorr.h"

namespace {

using Operator = void (*)(const tracker::Map&, const tracker::Map&, const tracker::Map&,
                          tracker::Type, cudaStream_t);
constexpr Operator OPERATORS[] = {
    tracker::xcorr,
    tracker::xcorr_grad_exemplar,
    tracker::xcorr_grad_search,
    tracker::xcorr_depthwise,
    tracker::xcorr_depthwise_grad_exemplar,
    tracker::xcorr_depthwise_grad_search,
};

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// Runs an operator. Returns 0, or 1 and writes what went wrong.
EXPORT int emulation_run(int number, const tracker::Map* maps, int type, char* error, int length) {
  try {
    OPERATORS[number](maps[0], maps[1], maps[2], static_cast<tracker::Type>(type), nullptr);
    return 0;
  } catch (const std::exception& exception) {
    std::snprintf(error, length, "%s", exception.what());
    return 1;
  }
}

EXPORT const char* emulation_last_kernel() { return tracker::last_kernel(); }

EXPORT void emulation_set_device(int code, int multiprocessors) {
  emulation::device.code = code;
  emulation::device.multiprocessors = multiprocessors;
}

EXPORT void emulation_refuse_launches(int refuses) { emulation::device.refuses = refuses != 0; }

EXPORT void emulation_set_order(int order) {
  emulation::device.order = static_cast<emulation::Order>(order);
}

EXPORT void* emulation_allocate(std::size_t size, int before) {
  return new emulation::ProtectedMemory(size, before ? emulation::ProtectedMemory::Side::before
                                                     : emulation::ProtectedMemory::Side::behind);
}
EXPORT void* emulation_data(void* memory) {
  return static_cast<emulation::ProtectedMemory*>(memory)->data();
}
EXPORT void emulation_free(void* memory) {
  delete static_cast<emulation::ProtectedMemory*>(memory);
}
