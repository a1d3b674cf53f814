"""The pure part: arrays in, arrays out. No web framework, no database, no network."""
