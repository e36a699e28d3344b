"""The place for the compiled extension; all else about the package is in pyproject.toml."""

from setuptools import setup

setup()
