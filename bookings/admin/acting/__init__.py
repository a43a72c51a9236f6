"""What the staff do from the admin: each through `cal.commands`, `sync`, `staff` or `inbox`, none by itself.

`forms` ask what has to be known, `acts` do it booking by booking and say what came of each, `views` are the pages that
ask and confirm, `cures` says which act cures what. Each act is kept with the name of whoever did it, and `reading`
tells it in words.
"""
