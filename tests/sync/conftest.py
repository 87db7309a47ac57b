"""Fixtures of the sync tests."""

from tests.sync.fixtures import *  # noqa: F403
