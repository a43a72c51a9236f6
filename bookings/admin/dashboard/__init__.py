"""The first page: what is on today, what needs somebody, how it goes, and whether Cal.com is still heard.

Each part is asked for only by those who may see the list that it sums up, and leads there. All figures are counted from
the bookings when the page is made, so a message that comes late puts the past right: docs/decisions/0018-dashboard.md.
"""
