"""What runs at every request runs on the loop: Litestar sends a plain function to a thread and back."""

import inspect

import pytest

from hub.app import http


@pytest.mark.parametrize("hook", [http._only_json, http._guarded])
def test_no_request_takes_a_thread_for_its_hooks(hook: object) -> None:
    assert inspect.iscoroutinefunction(hook)
