// One frame of tracking on a GPU except the network: the crops before it, the peak and the decision
// after it.
//
// The state of the objects stays in device memory from frame to frame, so that nothing waits for
// the host. All three functions enqueue their work on `stream`, allocate nothing and give the same
// bits on every run: a frame can be captured in a CUDA graph. The Python functions that they
// reproduce are in tracker/crops.py and in response.py, searching.py, target.py and presence.py of
// tracker/tracking/.
#pragma once

#include "xcorr.h"

namespace tracker {

// The structs that Python fills and reads as rows of doubles. The lists below are the one place
// that says which fields they have, and in which order: the structs are made from them, and so is
// LAYOUTS, which the compiled extension reports to tracker/ops/frame_layout.py to be compared.
//
// FIELD(name, ) is one double, FIELD(name, [4]) is four.

// Settings of tracker/config.py that have these names, and facts about the network and the frame.
#define TRACKER_SETTINGS(FIELD)                                                                    \
  FIELD(exemplar_size, ) FIELD(search_size, ) FIELD(context_amount, )                              \
  FIELD(num_scales, ) FIELD(scale_step, ) FIELD(scale_penalty, ) FIELD(scale_lr, )                 \
  FIELD(box_lr, ) FIELD(box_center, ) FIELD(max_growth, ) FIELD(max_shift, )                       \
  FIELD(hold_score, )                                                                              \
  FIELD(window_influence, ) FIELD(response_upsampling, ) FIELD(total_stride, )                     \
  FIELD(min_size_ratio, ) FIELD(max_size_ratio, ) FIELD(min_side, )                                \
  FIELD(score_midpoint, ) FIELD(score_slope, ) FIELD(score_share, )                                \
  FIELD(usual_lr, ) FIELD(lowest_usual, ) FIELD(max_log_odds, )                                    \
  FIELD(tracking_score, ) FIELD(lost_score, ) FIELD(lost_doubt, ) FIELD(found_frames, )            \
  FIELD(frame_width, ) FIELD(frame_height, )

// State of one object, in frame pixels: all that the next frame needs.
#define TRACKER_TARGET(FIELD)                                                                      \
  FIELD(box, [4])        /* x, y, w, h, rounded to a ten-thousandth of a pixel */                  \
  FIELD(trusted, [4])    /* the box to return to when the object is lost */                        \
  FIELD(first_size, [2]) /* w, h in the first frame */                                             \
  FIELD(fill, [3])       /* colour outside the frame, whole numbers */                             \
  FIELD(usual, )         /* usual response peak of the object */                                   \
  FIELD(doubt, )         /* sum of what the log odds of the last scores lacked */                  \
  FIELD(good, )          /* frames in a row with tracking_score or more */                         \
  FIELD(recovering, )    /* 1 if it was lost and has not been tracked since, else 0 */

// The likeliest place of an object in its search crops.
#define TRACKER_CANDIDATE(FIELD)                                                                   \
  FIELD(center, [2]) /* x, y in the frame */                                                       \
  FIELD(peak, )      /* the response there */                                                      \
  FIELD(zoom, )      /* side of the crop, as a factor on the search square */

// The result for an object in a frame.
#define TRACKER_RESULT(FIELD)                                                                      \
  FIELD(box, [4])                                                                                  \
  FIELD(score, )                                                                                   \
  FIELD(state, ) /* a State */

// The states of tracker/result.py, in their order.
#define TRACKER_STATE(FIELD) FIELD(tracking, ) FIELD(uncertain, ) FIELD(lost, )

#define TRACKER_MEMBER(name, size) double name size;
#define TRACKER_ENUMERATOR(name, size) name,
#define TRACKER_TEXT(name, size) #name #size " "

struct Settings {
  TRACKER_SETTINGS(TRACKER_MEMBER)
};
struct Target {
  TRACKER_TARGET(TRACKER_MEMBER)
};
struct Candidate {
  TRACKER_CANDIDATE(TRACKER_MEMBER)
};
struct Result {
  TRACKER_RESULT(TRACKER_MEMBER)
};
enum class State { TRACKER_STATE(TRACKER_ENUMERATOR) };

// Name of a struct, and its fields, each followed by a space: "center[2] peak zoom ".
struct Layout {
  const char* name;
  const char* fields;
};
inline constexpr Layout LAYOUTS[] = {
    {"Settings", TRACKER_SETTINGS(TRACKER_TEXT)},
    {"Target", TRACKER_TARGET(TRACKER_TEXT)},
    {"Candidate", TRACKER_CANDIDATE(TRACKER_TEXT)},
    {"Result", TRACKER_RESULT(TRACKER_TEXT)},
    {"State", TRACKER_STATE(TRACKER_TEXT)},
};

#undef TRACKER_MEMBER
#undef TRACKER_ENUMERATOR
#undef TRACKER_TEXT

// A frame in device memory: RGB, `height` x `width` x 3 bytes without gaps.
struct Frame {
  const std::uint8_t* pixels;
};

// Cuts the search squares of all objects, each at all scales, out of a frame: `crops` receives
// objects * num_scales images search_size x search_size x 3 (channels last) of whole numbers 0 to
// 255. `type` is float32, float16 or bfloat16, all of which hold them exactly.
void crop(const Frame& frame, const Target* targets, int objects, const Settings&, Type type,
          void* crops, cudaStream_t stream);

// Finds the likeliest place of each object in its responses, (objects, num_scales, size, size).
//   window      one axis of the cosine window: size * response_upsampling values of sum 1
//   candidates  receives the places, one per object
//   chosen      receives the index of the crop, among all, that each place lies in
//   proposals   receives cx, cy, w, h of each object at its place, in pixels of that crop
// A response of NaN is never the highest. Throws std::runtime_error for responses that are too
// large for the shared memory of the device.
void peak(const float* responses, int size, const float* window, const Target* targets, int objects,
          const Settings&, Candidate* candidates, std::int64_t* chosen, float* proposals,
          cudaStream_t stream);

// Decides for each object where it is, how large, and whether it is there, and updates its state
// for the next frame. `refined` holds the proposals after the box head, also as cx, cy, w, h; it is
// read if box_lr is not 0. A peak of NaN counts as the lowest.
void decide(const Candidate* candidates, const float* refined, Target* targets, int objects,
            const Settings&, Result* results, cudaStream_t stream);

}  // namespace tracker
