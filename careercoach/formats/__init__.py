"""How pages write times, in every language alike: as the back office does, with the zone they are in."""
