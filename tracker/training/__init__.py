"""Training: from pictures to weights.

``loop`` is the page to read first; ``recipe`` holds all settings. Pairs of crops are made by
``pairs`` from what the other modules provide: ``annotations`` (what a folder of training pictures
holds), ``draws`` (which objects, by weight), ``views`` (objects in decoded pictures, which
``picture_cache`` keeps), ``regions`` (the geometry) and ``augment`` (the pixels).
"""
