"""``python -m earmark``."""

from earmark._app.main import main

main()
