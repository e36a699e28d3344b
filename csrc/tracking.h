// A frame of tracking on a GPU, but for the network: crops in front of it, peak and decision behind.
//
// What is known of the objects stays in device memory from frame to frame, so nothing waits for the
// host. All three enqueue their work on `stream`, allocate nothing and give the same bits on every
// run: a frame can be captured in a CUDA graph. The Python of the same names is the definition
// (tracker/crops.py, response.py, searching.py, target.py and presence.py).
#pragma once

#include "xcorr.h"

namespace tracker {

// The settings of tracker/config.py that have these names, and facts about network and frame. This
// and the rows below are doubles only, in the order of tracker/ops/frame_kernels.py: Python has them as
// arrays.
struct Settings {
  double exemplar_size, search_size, context_amount;
  double num_scales, scale_step, scale_penalty, scale_lr;
  double box_lr, max_growth, hold_score;
  double window_influence, response_upsampling, total_stride;
  double min_size_ratio, max_size_ratio, min_side;
  double score_midpoint, score_slope, score_share, usual_lr, lowest_usual, max_log_odds;
  double tracking_score, lost_score, lost_doubt, found_frames;
  double frame_width, frame_height;
};

// One object, in frame pixels: what it takes to follow it through the next frame.
struct Target {
  double box[4];         // x, y, w, h, to a ten-thousandth of a pixel
  double trusted[4];     // The box to come back to when the object is lost.
  double first_size[2];  // w, h
  double fill[3];        // Colour outside the frame, whole numbers.
  double usual;          // The response peak that the object usually reaches.
  double doubt;          // By how much the log odds of the last scores fell short.
  double good;           // Frames in a row from tracking_score on.
  double recovering;     // 1 if it was lost and has not been tracked since, else 0.
};

// The likeliest place of an object in its search crops.
struct Sight {
  double center[2];  // In the frame.
  double peak;       // The response there.
  double zoom;       // Of the crop, as a factor on the search square.
};

// What is said about an object in a frame.
struct Result {
  double box[4];
  double score;
  double state;  // Index into STATES of tracker/result.py.
};

enum class State { tracking, uncertain, lost };

// A frame in device memory: RGB, `height` x `width` x 3 bytes without gaps.
struct Frame {
  const std::uint8_t* pixels;
};

// Cuts the search squares of all objects, each at all scales, out of a frame: `crops` receives
// objects * num_scales images search_size x search_size x 3 (channels last) of whole numbers 0 to
// 255. `type` is one of float32, float16, bfloat16, all of which hold them exactly.
void crop(const Frame& frame, const Target* targets, int objects, const Settings&, Type type,
          void* crops, cudaStream_t stream);

// Finds the likeliest place of each object in its responses, (objects, num_scales, size, size).
//   window      one axis of the cosine window: size * response_upsampling values of sum 1
//   sights      the places, one per object
//   chosen      number of the crop, out of all, that each place lies in
//   proposals   cx, cy, w, h of each object at its place, in pixels of that crop
// A response of NaN is never the highest. Throws std::runtime_error for responses that are too large
// for the shared memory of the device.
void peak(const float* responses, int size, const float* window, const Target* targets, int objects,
          const Settings&, Sight* sights, std::int64_t* chosen, float* proposals,
          cudaStream_t stream);

// Says about each object where it is, how large, and whether it is there, and goes on to the next
// frame with that. `refined` holds what the box head makes of the proposals, also as cx, cy, w, h;
// it is read if box_lr is not 0. A peak of NaN counts as the lowest.
void decide(const Sight* sights, const float* refined, Target* targets, int objects,
            const Settings&, Result* results, cudaStream_t stream);

}  // namespace tracker
