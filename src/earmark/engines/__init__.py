"""Where heavy work runs, and the build folders that it leaves."""
