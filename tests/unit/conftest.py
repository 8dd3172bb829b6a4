"""Property tests here give the same answer every time they run."""

from hypothesis import settings

settings.register_profile("same_every_time", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("same_every_time")
