"""Engines a developer could take instead, each driven as its own documentation recommends.

Every module runs in an environment of its own (see ``requirements/``); none imports the engine of this project.
"""
