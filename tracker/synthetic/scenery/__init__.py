"""The painted parts of the sample clip: sky, houses, road, trees and cars, all drawn by code.

From the bottom up: `sprites` (a picture and how to paste it), `sketch` (a surface to draw pictures
on), `textures` (noise, bricks, leaves); then the paintings, `background`, `houses`, `road`,
`foreground` and `cars`; last `camera` and `motion` (where things appear) and `film` (light and
grain).

Everything is drawn in **units**: one unit is one pixel of a 640x360 frame at depth scale 1 (about
4 cm of street). x points right and y down. A ``density`` is the pixels per unit of a picture. Each
painting function returns a `Sprite`, a picture with soft edges that can be placed in a frame at
any scale; the same state of the random generator paints the same picture.
"""
