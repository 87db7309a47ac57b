"""Jobs keep monotonic time; one that fails stops no other."""

import threading

from hub.kernel.jobs import Job, JobRunner


def test_each_job_runs_when_its_time_has_come_and_not_before() -> None:
    now_s, ran = [0.0], []
    jobs = [Job("often", 10, lambda: ran.append("often")), Job("seldom", 25, lambda: ran.append("seldom"))]
    runner = JobRunner(jobs, lambda: now_s[0])
    assert (runner.run_due(), ran) == (10, [])
    now_s[0] = 10
    assert (runner.run_due(), ran) == (10, ["often"])
    assert (runner.run_due(), ran) == (10, ["often"])
    now_s[0] = 26
    assert (runner.run_due(), ran) == (10, ["often", "often", "seldom"])


def test_what_was_missed_is_run_once() -> None:
    now_s, ran = [0.0], []
    runner = JobRunner([Job("often", 10, lambda: ran.append(1))], lambda: now_s[0])
    now_s[0] = 1_000
    runner.run_due()
    assert (runner.run_due(), ran) == (10, [1])


def test_one_that_fails_is_tried_again_and_stops_no_other() -> None:
    now_s, ran = [0.0], []

    def fails() -> None:
        ran.append("failed")
        raise OSError("no such disk")

    runner = JobRunner([Job("bad", 1, fails), Job("good", 1, lambda: ran.append("good"))], lambda: now_s[0])
    for now_s[0] in (1.0, 2.0):
        runner.run_due()
    assert ran == ["failed", "good"] * 2


def test_its_thread_runs_and_ends() -> None:
    ran = threading.Event()
    runner = JobRunner([Job("at once", 0.001, ran.set)], iter(range(1_000_000)).__next__)
    runner.start()
    assert ran.wait(20)
    runner.stop()
    assert not runner._thread.is_alive()


def test_no_jobs_is_no_work() -> None:
    runner = JobRunner([], lambda: 0.0)
    assert runner.run_due() == 0
    runner.start()
    runner.stop()
    assert not runner._thread.is_alive()
