"""Everything about the package is in pyproject.toml; setuptools wants this file to exist."""

from setuptools import setup

setup()
