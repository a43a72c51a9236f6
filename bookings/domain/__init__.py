"""What can be known of a booking, how newer knowledge replaces older, and the status that follows from it.

Pure: no query, no clock, no setting, and no word of the scheduling service that tells us. Facts go in, a projection
comes out, and the order in which the facts came makes no difference.

`words` names the values, `registers` folds facts, `status` holds the table of statuses and that of arrows, `projection`
concludes what each booking of a chain shows.
"""
