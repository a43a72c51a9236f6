"""The API for front-ends: parameters in, rows of the mirror and links to Cal.com's pages out."""
