"""Cal.com's public pages at Cal.com's own paths (webhooks.md §7), and the page to play Cal.com with.

They read the stand-in's tables; what changes goes through the desk. Nothing here knows the mirror.
"""
