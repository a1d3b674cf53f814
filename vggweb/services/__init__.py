"""The use cases: classify a photo, show it again, delete it, explain it, draw a filter.

The page, the JSON and the command line call these and show what comes back; none of them computes anything.
"""
