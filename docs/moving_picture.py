"""Make the moving picture of the README: an excerpt of a tracked video as an animated WebP.

make readme-picture
"""

import argparse
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image


def read_pictures(video: Path, start: float, end: float, stride: int) -> list[Image.Image]:
    """Return every ``stride``-th frame of a video between two times in seconds."""
    with av.open(str(video)) as container:
        frames = list(container.decode(video=0))
    shown = [frame for frame in frames if start <= frame.time < end]
    return [frame.to_image() for frame in shown[::stride]]


def write_moving_picture(
    pictures: list[Image.Image], target: Path, width: int, fps: Fraction, quality: int
) -> None:
    """Write pictures as an animated WebP that repeats for ever.

    Args:
        pictures: at least one, all of one size.
        target: the file to write; an existing one is replaced.
        width: pixels; the height follows.
        fps: pictures shown per second.
        quality: from 0 to 100; higher: larger file.
    """
    height = round(width * pictures[0].height / pictures[0].width)
    first, *others = (
        picture.resize((width, height), Image.Resampling.LANCZOS) for picture in pictures
    )
    first.save(
        target,
        save_all=True,
        append_images=others,
        duration=round(1000 / fps),
        loop=0,
        quality=quality,
        method=6,
    )


def main() -> None:
    """Read the options and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path, help="video made by tracker track -o")
    parser.add_argument("target", type=Path, help="WebP file to write")
    parser.add_argument("--start", type=float, default=1.6, help="seconds (default 1.6)")
    parser.add_argument("--end", type=float, default=4.0, help="seconds (default 4)")
    parser.add_argument("--stride", type=int, default=1, help="every N-th frame (default 1)")
    parser.add_argument("--width", type=int, default=640, help="pixels (default 640)")
    parser.add_argument("--fps", type=Fraction, default=Fraction(8), help="speed (default 8)")
    parser.add_argument("--quality", type=int, default=55, help="0 to 100 (default 55)")
    args = parser.parse_args()
    pictures = read_pictures(args.video, args.start, args.end, args.stride)
    write_moving_picture(pictures, args.target, args.width, args.fps, args.quality)
    print(f"wrote {args.target}: {len(pictures)} pictures, {args.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
