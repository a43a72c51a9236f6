"""pytest finds the shared fixtures here."""

pytest_plugins = ["careercoach.testing"]
