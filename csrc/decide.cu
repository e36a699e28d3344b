// Decides score, state and box of each object from its likeliest place: presence.py and target.py
// of tracker/tracking/, on device memory. One thread per object. The few operations are in float64,
// so that the host, which repeats them from the results, gets the same state.
#include "launch.h"
#include "square.cuh"

namespace tracker {
namespace {

constexpr int THREADS = 32;

// Rounds to four decimals, as result files hold boxes and scores.
__device__ double rounded(double value) { return rint(value * 1e4) / 1e4; }

__device__ bool is_trusted(const Target& target) {
  return target.doubt == 0 && target.recovering == 0;
}

// Factor on a peak: a blend of 1 and 1 / usual peak, by score_share.
__device__ double unit(const Target& target, const Settings& settings) {
  return 1 - settings.score_share + settings.score_share / target.usual;
}

// Probability that a response peak is the object's.
__device__ double score_of(double peak, const Target& target, const Settings& settings) {
  const double log_odds =
      settings.score_slope * (peak * unit(target, settings) - settings.score_midpoint);
  return rounded(1 / (1 + exp(-fmin(fmax(log_odds, -700.0), 700.0))));
}

// Log odds of a stored score, clamped to max_log_odds.
__device__ double log_odds_of(double score, const Settings& settings) {
  const double least = 1 / (1 + exp(settings.max_log_odds));
  const double within = fmin(fmax(score, least), 1 - least);
  return log(within / (1 - within));
}

// The peak that gave a stored score: the inverse of score_of.
__device__ double peak_of(double score, const Target& target, const Settings& settings) {
  const double log_odds = log_odds_of(score, settings);
  return (log_odds / settings.score_slope + settings.score_midpoint) / unit(target, settings);
}

// The doubt after one more frame: a sum that good frames reset to 0.
__device__ double doubt_after(double score, const Target& target, const Settings& settings) {
  const double least = log_odds_of(settings.lost_score, settings);
  return fmax(0.0, target.doubt + least - log_odds_of(score, settings));
}

__device__ State next_state(double score, const Target& target, const Settings& settings) {
  const bool relapsed = target.recovering != 0 && score < settings.lost_score;
  if (relapsed || doubt_after(score, target, settings) >= settings.lost_doubt) return State::lost;
  if (score < settings.tracking_score) return State::uncertain;
  const bool settled = target.recovering == 0 || target.good + 1 >= settings.found_frames;
  return settled ? State::tracking : State::uncertain;
}

// Updates the state of an object with the result of this frame, for the next one.
__device__ void advance(const Result& result, Target* target, const Settings& settings) {
  const State state = static_cast<State>(static_cast<int>(result.state));
  if (state == State::lost) {
    target->recovering = 1;
    target->doubt = target->good = 0;
  } else {
    target->doubt = doubt_after(result.score, *target, settings);
    target->good = result.score >= settings.tracking_score ? target->good + 1 : 0;
    if (state == State::tracking) target->recovering = 0;
    if (is_trusted(*target)) {
      const double peak = peak_of(result.score, *target, settings);
      const double usual = target->usual + settings.usual_lr * (peak - target->usual);
      target->usual = fmax(usual, settings.lowest_usual);
    }
  }
  for (int side = 0; side < 4; ++side) {
    target->box[side] = result.box[side];
    if (is_trusted(*target)) target->trusted[side] = result.box[side];
  }
}

// Limits a measured box: its centre to the frame, its size to the bounds of the settings. Without a
// box head, one factor limits width and height, so that the box keeps its shape.
__device__ void bounded(const double* center, const double* measured, const Target& target,
                        const Settings& settings, double* box) {
  const double limits[2] = {settings.frame_width, settings.frame_height};
  double smallest[2], largest[2], shrink = 1, grow = 0;
  for (int axis = 0; axis < 2; ++axis) {
    smallest[axis] = fmax(target.first_size[axis] * settings.min_size_ratio, settings.min_side);
    largest[axis] = fmin(target.first_size[axis] * settings.max_size_ratio, limits[axis]);
    shrink = fmin(shrink, largest[axis] / measured[axis]);
    grow = fmax(grow, smallest[axis] / measured[axis]);
  }
  for (int axis = 0; axis < 2; ++axis) {
    const double most = fmax(largest[axis], smallest[axis]);
    const double size = settings.box_lr != 0 ? fmin(fmax(measured[axis], smallest[axis]), most)
                                             : measured[axis] * fmax(shrink, grow);
    const double middle = fmin(fmax(center[axis], 0.0), limits[axis]);
    box[axis] = rounded(middle - size / 2);
    box[2 + axis] = rounded(size);
  }
}

// Shift of the centre along one axis, in frame pixels, by the box head.
__device__ double shift(const Candidate& candidate, const float* refined, const Target& target,
                        int axis, const Settings& settings) {
  if (settings.box_lr == 0) return 0;
  const double extent = candidate.zoom * search_extent(target, settings);
  const double scale = settings.search_size / extent;  // crop pixels per frame pixel
  const double center =
      settings.search_size / 2 + (candidate.center[axis] - center_of(target, axis)) * scale;
  const double size = target.box[2 + axis];
  const double share = (refined[axis] - center) / (size * scale);
  return settings.box_center * fmin(fmax(share, -settings.max_shift), settings.max_shift) * size;
}

// Factor by which an object grew along one axis, by the box head or by the scale of its crop.
__device__ double growth(const Candidate& candidate, const float* refined, const Target& target,
                         int axis, const Settings& settings) {
  if (settings.box_lr == 0) return 1 + settings.scale_lr * (candidate.zoom - 1);
  const double extent = candidate.zoom * search_extent(target, settings);
  const double size = target.box[2 + axis] * settings.search_size / extent;
  const double change = refined[2 + axis] / size;
  const double most = settings.max_growth;
  return pow(fmin(fmax(change, 1 / most), most), settings.box_lr);
}

__global__ void __launch_bounds__(THREADS)
    decide_kernel(const Candidate* candidates, const float* refined, Target* targets, int objects,
                  Settings settings, Result* results) {
  const int object = blockIdx.x * THREADS + threadIdx.x;
  if (object >= objects) return;
  const Candidate& candidate = candidates[object];
  Target target = targets[object];
  Result result;
  result.score = score_of(candidate.peak, target, settings);
  const State state = next_state(result.score, target, settings);
  result.state = static_cast<double>(state);
  if (state == State::lost) {
    for (int side = 0; side < 4; ++side) result.box[side] = target.trusted[side];
  } else {
    const bool hold = result.score < settings.hold_score;  // Moves to the peak, keeps its size.
    double center[2], size[2];
    for (int axis = 0; axis < 2; ++axis) {
      center[axis] = candidate.center[axis];
      size[axis] = target.box[2 + axis];
      if (!hold) {
        center[axis] += shift(candidate, refined + 4 * object, target, axis, settings);
        size[axis] *= growth(candidate, refined + 4 * object, target, axis, settings);
      }
    }
    bounded(center, size, target, settings, result.box);
  }
  advance(result, &target, settings);
  targets[object] = target;
  results[object] = result;
}

}  // namespace

void decide(const Candidate* candidates, const float* refined, Target* targets, int objects,
            const Settings& settings, Result* results, cudaStream_t stream) {
  const unsigned blocks = (objects + THREADS - 1) / THREADS;
  launch(decide_kernel, {dim3(blocks), dim3(THREADS), 0, stream, false}, candidates, refined,
         targets, objects, settings, results);
}

}  // namespace tracker
