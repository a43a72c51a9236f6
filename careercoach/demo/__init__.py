"""A stand-in for Cal.com, with a front-end page: books, pays, cancels and meets, without an account or a tunnel.

An app of its own with its own database file. It speaks to the rest of the project as the real Cal.com would, by
signed webhooks over HTTP and by its pages; nothing imports it, and it is mounted only with DEMO=true.
"""

# Known before Django is set up, since the settings of the demo name them.
TEAM_ID, TEAM_SLUG = 12, "career-coach"
EVENT_TYPE_ID, SLUG = 501, "coaching-session"
