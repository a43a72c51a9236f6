"""careercoach.settings with DEMO=true, for whoever runs the demo (`make demo`) or the tests."""

import os

os.environ["DEMO"] = "true"

from careercoach.settings import *  # noqa: F403 the flag must stand before they are read
