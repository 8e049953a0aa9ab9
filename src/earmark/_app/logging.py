"""One way for everything to be logged: ours, uvicorn's and other libraries' lines, for people or for programs.

Whoever has something to say says it to the standard library's loggers, facts as ``extra``; here it is put into one
form. What an exception says is never written, since it may quote what somebody played: its type and place are.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import msgspec
import structlog
from pydantic import BaseModel, ConfigDict

from earmark.errors import fault_of


class LogConfig(BaseModel):
    """How `earmark serve` and `earmark work` log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["auto", "json", "text"] = "auto"
    """JSON, a line each; text for people; or text on a terminal and JSON elsewhere."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lines below it are left out."""


def set_up_logging(config: LogConfig, stream: TextIO | None = None) -> None:
    """Have all that this process logs written to a stream, by default standard error, in one form."""
    to = stream or sys.stderr
    text = config.form == "text" or (config.form == "auto" and to.isatty())
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _fault_without_words,
                structlog.dev.ConsoleRenderer(colors=to.isatty(), timestamp_key="at")
                if text
                else structlog.processors.JSONRenderer(lambda line, **_: msgspec.json.encode(line).decode()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("earmark", "uvicorn"):
        logging.getLogger(name).setLevel(config.level.upper())
    threading.excepthook = _note_fault_of_thread


def _note_fault_of_thread(ended: threading.ExceptHookArgs) -> None:
    # Python itself would print the words.
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        facts = {"thread_name": ended.thread and ended.thread.name, "fault": fault_of(ended.exc_value)}
        logging.getLogger("earmark").critical("thread ended", extra=facts)


def _fault_without_words(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("color_message", None)
    fault = line.pop("exc_info", None)
    if fault and isinstance(fault[1], BaseException):
        line["fault"] = fault_of(fault[1])
        # A library that logs an exception often repeats in its own words what that says.
        line["event"] = line["event"].partition("\n")[0].replace(str(fault[1]) or "\n", "…")
    return line
