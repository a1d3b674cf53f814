"""How requests reach the app under gunicorn: nobody who stops talking keeps a thread.

An event loop reads whole requests and writes whole responses, as slowly as the visitor is; Flask runs in threads in
between, and no thread ever waits for a socket::

    connections.py   gunicorn's ASGI connection, with limits for who sends no request or reads no response
    bodies.py        a request's body, received completely, in memory or in a temporary file
    threads.py       the WSGI app in a thread: an environ goes in, a response comes out
    bridge.py        the ASGI app that puts these together
    worker.py        the gunicorn worker that serves with all this
    own_addresses.py where a browser finds the server
"""
