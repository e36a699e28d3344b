"""The web demo: a page on which objects in a video are boxed and followed (``tracker demo``).

``app`` is the page and the only module that imports Gradio. ``session`` is what happens behind it:
one visitor's clips, runs and files. The folder is installed as the package ``tracker_demo``.
"""
