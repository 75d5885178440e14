"""A store is looked after: backup, recovery, integrity, and the room that it takes."""
