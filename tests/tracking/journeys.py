"""Follow the journey of the moving patch: it disappears, and returns elsewhere."""


def follow(engine, clip, frames=None):
    """Results from the first frame of a journey to its last, or of other frames."""
    frames = clip.frames if frames is None else frames
    target = engine.start(frames[0], clip.start)
    return [target.result, *(engine.follow(frame, [target])[0] for frame in frames[1:])]


def lost_target(engine, journey, known):
    """The object of the journey as it is in the last frame before its return."""
    target = engine.start(journey.frames[0], journey.start)
    for frame, result in zip(journey.frames[1:], known[1 : journey.returned], strict=False):
        engine.resume(frame, target, result)
    assert target.presence.is_lost
    return target
