"""Every Cal.com word in the project lives in this folder."""

# Our signed user token travels both ways at once, because Cal.com drops the metadata after payment and a team may not
# have added the hidden question: as `metadata[cc_ref]` and as the booking question `cc-ref`.
TOKEN_METADATA = "cc_ref"  # noqa: S105 the name of a field
TOKEN_QUESTION = "cc-ref"  # noqa: S105 the name of a field
