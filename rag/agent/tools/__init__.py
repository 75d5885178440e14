"""Tools of the agent, one file each: NAME, DESCRIPTION by language, Arguments, `offered(settings)`, `run`."""
