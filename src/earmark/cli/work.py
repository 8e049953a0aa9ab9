"""`earmark work`: a worker for what the schedule and others hand over."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, say, wiring


def work(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="KIND", help="Only jobs of this kind; may be given more than once."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Do the work that is due, until stopped: builds each night, everyone's mix on Monday at 06:00 where they live."""
    import logging
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from earmark.errors import UnknownNameError
    from earmark.jobs.duties import DUTIES
    from earmark.jobs.worker import Worker

    if strange := set(only or ()) - set(DUTIES):
        raise UnknownNameError(f"There is no work {min(strange)!r}.", f"Say {', '.join(sorted(DUTIES))}.")
    wiring(context).log()
    stop = threading.Event()
    with open_house(context, home) as house, ThreadPoolExecutor(1, "worker") as pool:
        worker = Worker(
            house, duties={kind: duty for kind, duty in DUTIES.items() if not only or kind in only}
        )
        # To be told to end is nothing but to be interrupted.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            working = pool.submit(worker.drain if once else worker.run, stop)
            try:
                working.result()
            except KeyboardInterrupt:
                logging.getLogger(__name__).info("told to stop", extra={"worker": worker.name})
                stop.set()
                working.result()
        finally:
            stop.set()
            signal.signal(signal.SIGTERM, before)
    if as_json:
        print_json(worker.worked)
        return
    worked = worker.worked
    others = ((worked.put_off, "put off"), (worked.retried, "to be tried again"), (worked.failed, "given up"))
    said = [f"{counted(worked.done, 'job')} done", *(f"{n:,} {what}" for n, what in others if n)]
    say(f"{', '.join(said)}.")
