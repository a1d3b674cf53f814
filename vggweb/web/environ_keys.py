"""What our gunicorn worker puts into a WSGI environ beside what the specification names; other servers put nothing."""

HAND_OVER = "vggweb.event_stream"  # a list, into which a view puts the stream of events that it starts
CLIENT_LEFT = "vggweb.client_left"  # a threading.Event, set once nobody waits for the response any more
