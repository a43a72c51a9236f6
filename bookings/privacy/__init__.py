"""One person's data, all of it: exported, or erased, on request. Each leaves a record without the person.

`person` says who it is and what is theirs, `mentions` finds them where others' bookings name them, `exporting` and
`erasing` do the two acts for the admin and for commands (docs/decisions/0019).
"""
