"""Photos are decoded in child processes, which can be ended: by size, by time, and with the server.

`PhotoReader` lends them out; `child` is what runs in one; `messages` is what the two say to each other.
"""

from vggweb.decoding.reader import PhotoReader

__all__ = ["PhotoReader"]
