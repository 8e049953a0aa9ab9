"""Workers at random: whatever they do, and in whatever order, a queue keeps its promises."""

from __future__ import annotations

from collections.abc import Callable

from earmark.listening.listens import UnixMs
from earmark.store.queue import JobId, Queue, State, Work

LEASE = 10
TOGETHER = {"mix": 16, "build": 1}


def interleaved(queue: Queue, draw: Callable[[int], int], steps: int) -> None:
    """Let three workers add, lease, renew, do, fail, give back and be killed, and check each step against a ledger.

    Args:
        queue: an empty one.
        draw: a number from 0 to the given one.
        steps: how many things happen before all that is left is done.
    """
    now, added, done = 0, 0, set[str]()
    # Who holds what until when: the ledger. A worker that is killed forgets what it held; the ledger does not.
    holders: dict[JobId, tuple[str, int]] = {}
    hands: dict[str, list[tuple[JobId, str]]] = {"a": [], "b": [], "c": []}

    def take(worker: str) -> int:
        jobs = queue.lease(TOGETHER, worker, UnixMs(now), UnixMs(now + LEASE))
        assert len({(job.kind, job.attempts) for job in jobs}) <= 1
        for job in jobs:
            holder, until = holders.get(job.id, (worker, now))
            assert until <= now, f"{holder} and {worker} hold the job at once"
            assert job.key not in done
            holders[job.id] = (worker, now + LEASE)
            # Who takes again what it let run out has it once.
            hands[worker] = [one for one in hands[worker] if one[0] != job.id] + [(job.id, job.key)]
        return len(jobs)

    def held(worker: str, jobs: list[tuple[JobId, str]]) -> list[tuple[JobId, str]]:
        return [one for one in jobs if holders.get(one[0], ("", 0))[0] == worker]

    def let_go(worker: str, jobs: list[tuple[JobId, str]]) -> None:
        for job, _ in held(worker, jobs):
            del holders[job]
        hands[worker] = hands[worker][len(jobs) :]

    for _ in range(steps):
        worker = "abc"[draw(2)]
        mine = hands[worker]
        some = mine[: draw(len(mine))]
        match draw(7):
            case 0:
                fresh = draw(5)
                work = [
                    Work("mix" if draw(4) else "build", str(added + n), UnixMs(now + draw(8)))
                    for n in range(fresh)
                ]
                assert queue.add(work, UnixMs(now)) == fresh
                added += fresh
            case 1 | 2:
                take(worker)
            case 3:
                now += draw(LEASE)
            case 4:
                kept = held(worker, some)
                assert queue.renew([job for job, _ in some], worker, UnixMs(now + LEASE)) == len(kept)
                holders |= {job: (worker, now + LEASE) for job, _ in kept}
            case 5:
                kept = held(worker, some)
                assert queue.done([job for job, _ in some], worker, UnixMs(now)) == len(kept)
                assert not done & {key for _, key in kept}
                done |= {key for _, key in kept}
                let_go(worker, some)
            case 6:
                kept = held(worker, some)
                ids, later = [job for job, _ in some], UnixMs(now + draw(5))
                if draw(1):
                    assert queue.failed(ids, worker, "no", UnixMs(now), later) == len(kept)
                else:
                    assert queue.put_off(ids, worker, later) == len(kept)
                let_go(worker, some)
            case _:
                mine.clear()
    # Those who held something are killed; a last worker does what is left.
    now += 10 * LEASE
    for mine in hands.values():
        mine.clear()
    while take("a"):
        jobs, hands["a"] = hands["a"], []
        assert queue.done([job for job, _ in jobs], "a", UnixMs(now)) == len(jobs)
        assert not done & {key for _, key in jobs}
        done |= {key for _, key in jobs}
    assert done == {str(n) for n in range(added)}
    assert sum(by_state.get(State.DONE, 0) for by_state in queue.counts().values()) == added
