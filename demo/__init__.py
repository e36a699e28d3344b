"""The web demo (``tracker demo``): a page on which visitors box objects in a video and track them.

``app`` is the page and the only module that imports Gradio. ``session`` holds the logic behind it:
the clips, runs and files of one visitor. The folder is installed as the package ``tracker_demo``.
"""
