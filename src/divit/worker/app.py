"""The job application that tasks register with; settings name every module of tasks beside this one."""

from procrastinate.contrib.django import app

__all__ = ["app"]
