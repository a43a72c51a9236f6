"""Cal.com's API v2 as the stand-in answers it: the paths that our client calls, with Cal.com's quirks (api_v2.md).

It plays 6.0.2, as recorded in recorded/api_v602; where nothing was recorded, as api_v2.md reads Cal.com's source.
`urls` has the table of operations and `answering` carries one out; `errors`, `limits` and `access` are what each call
goes through. `booking_rows`, `old_rows` and `event_type_rows` make the JSON of rows; the other modules are the
operations. Whatever changes a booking goes through careercoach.demo.desk.
"""
