"""What is done again and again, so that nobody has to: django-q2 says when, and keeps what came of it.

`jobs` is the table of what there is, `schedules` puts it into the database, `running` is what a worker calls; `retries`
and `pruning` are work of their own, `watching` tells the doctor whether it goes on. See docs/decisions/0015.
"""
