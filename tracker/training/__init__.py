"""Training: from pictures to weights.

Pairs of crops come from ``annotations`` (what a folder of training pictures holds) by way of
``draws`` (which objects, by weight), ``sights`` (in decoded pictures, from ``picture_cache``),
``regions`` (the geometry), ``augment`` (the pixels) and ``pairs``, the page to read first.
"""
