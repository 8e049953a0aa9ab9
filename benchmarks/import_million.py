"""Import of 1,000,000 rows of Spotify's extended history, and the same import again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from earmark.world.exports import write_extended_rows
from measured import cost, earmark, report, run

ROWS = 1_000_000


def main() -> None:
    """Write the made export, import it twice, and print what both took."""
    with tempfile.TemporaryDirectory() as folder:
        export, home = Path(folder, "export"), Path(folder, "home")
        export.mkdir()
        write_extended_rows(ROWS, export)
        command = earmark(
            "import", "spotify", str(export), "--listener", "benchmark", "--home", str(home), "--json"
        )
        first, again = run(command), run(command)
    report(
        "import of a million extended-history rows",
        {
            "rows": first["result"]["rows"],
            "new": first["result"]["listens_new"],
            "first": cost(first),
            "again": cost(again) | {"new": again["result"]["listens_new"]},
            "goal": {"wall_s": 10, "peak_mb": 1000},
        },
    )


if __name__ == "__main__":
    main()
