"""Configuration and database traps, named before the first event meets them."""
