"""Several servers on one machine, as a school district would have them on several: `make test-cluster`."""
