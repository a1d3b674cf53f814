"""gunicorn reads this package as its configuration: no settings but those of the command line."""
