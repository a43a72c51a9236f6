"""A cache that all processes on all machines share: a table of the database, since there is no other server."""
