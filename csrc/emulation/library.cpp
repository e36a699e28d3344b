// The functions of xcorr.h and tracking.h as C functions for ctypes, and the controls of the
// emulated device.
#include <cstdio>
#include <exception>
#include <iterator>

#include "tracking.h"

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

// Runs `body`; returns 0, or 1 after writing the error's message to `error`.
template <typename Body>
int guarded(char* error, int length, Body body) {
  try {
    body();
    return 0;
  } catch (const std::exception& exception) {
    std::snprintf(error, length, "%s", exception.what());
    return 1;
  }
}

EXPORT int emulation_run(int number, const tracker::Map* maps, int type, char* error, int length) {
  return guarded(error, length, [&] {
    OPERATORS[number](maps[0], maps[1], maps[2], static_cast<tracker::Type>(type), nullptr);
  });
}

EXPORT int emulation_crop(const std::uint8_t* pixels, const tracker::Target* targets, int objects,
                          const tracker::Settings* settings, int type, void* crops, char* error,
                          int length) {
  return guarded(error, length, [&] {
    tracker::crop({pixels}, targets, objects, *settings, static_cast<tracker::Type>(type), crops,
                  nullptr);
  });
}

EXPORT int emulation_peak(const float* responses, int size, const float* window,
                          const tracker::Target* targets, int objects,
                          const tracker::Settings* settings, tracker::Candidate* candidates,
                          std::int64_t* chosen, float* proposals, char* error, int length) {
  return guarded(error, length, [&] {
    tracker::peak(responses, size, window, targets, objects, *settings, candidates, chosen,
                  proposals, nullptr);
  });
}

EXPORT int emulation_decide(const tracker::Candidate* candidates, const float* refined,
                            tracker::Target* targets, int objects,
                            const tracker::Settings* settings, tracker::Result* results,
                            char* error, int length) {
  return guarded(error, length, [&] {
    tracker::decide(candidates, refined, targets, objects, *settings, results, nullptr);
  });
}

// The fields of the struct number `index` of LAYOUTS, or null after the last one.
EXPORT const char* emulation_layout(unsigned index) {
  return index < std::size(tracker::LAYOUTS) ? tracker::LAYOUTS[index].fields : nullptr;
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
