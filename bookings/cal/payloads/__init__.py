"""Cal.com's JSON on one side, our facts on the other. No I/O, no setting, no clock.

`fields` reads single values and bounds them, `webhook` reads what Cal.com posts, `answer` what its API v2 answers.
"""
