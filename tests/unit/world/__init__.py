"""The simulated world by itself."""
