"""What may become of an electronic payment, as pure rules."""

from itertools import product

from hub.modules.payments.attempt_model import (
    MAX_QUERIES,
    MAX_REVERSALS,
    OPEN,
    WORKING,
    Act,
    Answer,
    Asked,
    AttemptAct,
    AttemptState,
    after_answer,
    heard,
    move,
)

ASKED: tuple[Asked, ...] = ("request", "query", "reversal")
ANSWERS: tuple[Answer, ...] = ("pending", "approved", "refused", "unknown", "not_started")
ACTS: tuple[Act, ...] = ("sale", "refund")
FLAGS = (True, False)


def test_every_answer_makes_a_move_that_is_allowed_or_none() -> None:
    tries = (0, MAX_QUERIES - 1, MAX_REVERSALS - 1, MAX_REVERSALS)
    for story in product(ACTS, AttemptState, tries, FLAGS, ASKED, ANSWERS, FLAGS):
        step = after_answer(*story)
        assert step is None or move(story[1], step.act) is not None, story


def test_only_an_approval_approves_and_unknown_never_ends_anything() -> None:
    for story in product(ACTS, AttemptState, (0, MAX_QUERIES), FLAGS, ASKED, ANSWERS, FLAGS):
        act, state, _, holds, asked, answer, sound = story
        step = after_answer(*story)
        to = move(state, step.act) if step else None
        if to == AttemptState.APPROVED:
            assert (answer, sound) == ("approved", True)
            assert asked != "reversal"
            assert act != "sale" or holds
        if to == AttemptState.REVERSED:
            assert (asked, answer) == ("reversal", "approved")
        if to == AttemptState.REFUSED:
            assert answer in ("refused", "not_started")
        if answer == "unknown" and to is not None:
            assert to in OPEN


def test_no_answer_moves_what_is_booked_or_known() -> None:
    for act, asked, answer, holds in product(ACTS, ASKED, ANSWERS, FLAGS):
        for state in ("booked", "approved", "awaiting_code"):
            assert after_answer(act, state, 0, holds, asked, answer) is None


def test_silence_is_asked_about_then_reversed_then_left_to_a_person() -> None:
    state, tries, told = AttemptState.REQUESTED, 0, []
    for _ in range(1 + MAX_QUERIES + MAX_REVERSALS):
        asked = {"requested": "request", "unknown": "query", "reversing": "reversal"}[state.value]
        step = after_answer("sale", state, tries, True, asked, "unknown")  # type: ignore[arg-type]
        assert step is not None
        state, tries = move(state, step.act) or state, step.tries
        told.append(state.value)
    assert told == ["unknown"] * MAX_QUERIES + ["reversing"] * MAX_REVERSALS + ["doubtful"]
    assert state not in WORKING


def test_a_refund_is_asked_about_and_never_reversed() -> None:
    state, tries = AttemptState.UNKNOWN, 0
    for _ in range(MAX_QUERIES):
        step = after_answer("refund", state, tries, True, "query", "unknown")
        assert step is not None
        state, tries = move(state, step.act) or state, step.tries
    assert state == AttemptState.DOUBTFUL


def test_an_approval_that_nobody_waits_for_is_undone() -> None:
    for state in ("unknown", "refused", "reversed"):
        step = after_answer("sale", state, 0, False, "request", "approved")
        assert step is not None
        assert move(state, step.act) == AttemptState.REVERSING


def test_an_approval_of_another_amount_is_undone() -> None:
    step = after_answer("sale", "pending", 0, True, "request", "approved", sound=False)
    assert step is not None
    assert step.act == AttemptAct.REVERSE


def test_a_question_that_could_not_be_put_asks_for_patience() -> None:
    assert heard("query", "not_started", "terminal.busy") == "pending"
    assert heard("reversal", "not_started", "terminal.closed") == "pending"
    assert heard("query", "unknown", "terminal.in_progress") == "pending"
    assert heard("query", "unknown", "terminal.no_answer") == "unknown"
    assert heard("request", "not_started", "terminal.busy") == "not_started"


def test_a_manager_ends_only_what_nobody_knows() -> None:
    settled = {state.value for state in AttemptState if move(state, AttemptAct.SETTLE_PAID)}
    assert settled == {"unknown", "reversing", "doubtful"}
