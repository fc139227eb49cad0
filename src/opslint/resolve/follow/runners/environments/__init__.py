"""Tools that set up an environment and run tasks in it: mise, devbox."""
