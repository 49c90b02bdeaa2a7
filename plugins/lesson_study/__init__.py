"""Lesson Study as a library: the process, documents and rules every lesson-running group type shares."""

from plugins.lesson_study.build import lesson_study

__all__ = ["lesson_study"]
