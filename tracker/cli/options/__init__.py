"""The options of every command, each in the file of its name; ``parser`` puts them together.

Nothing here loads PyTorch, NumPy or OpenCV, so that ``--help`` answers at once.
"""
