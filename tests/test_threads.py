from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from earmark.threads import one_blas_thread, over_blocks


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.mark.parametrize("threads", [1, 2, 7, None])
@pytest.mark.parametrize("n", [0, 1, 10, 11])
def test_every_row_is_visited_once(threads, n):
    visits = np.zeros(n, int)

    def visit(start: int, stop: int) -> None:
        visits[start:stop] += 1

    over_blocks(visit, n, 5, threads)
    assert visits.tolist() == [1] * n


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_a_block_is_raised(threads):
    def fail(start: int, stop: int) -> None:
        if start == 5:
            raise ZeroDivisionError(f"rows {start} to {stop}")

    with pytest.raises(ZeroDivisionError, match="rows 5 to 10"):
        over_blocks(fail, 20, 5, threads)


def test_blas_is_limited_while_anyone_is_inside_and_restored_after_the_last():
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(blas_threads()) == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before
