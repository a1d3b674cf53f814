"""The WSGI application: ``gunicorn app:app``, ``flask …`` and ``python app.py`` all start here."""

from vggweb.web import create_app, start_serving

app = create_app()

if __name__ == "__main__":
    start_serving(app)
    app.run(port=8000, threaded=True)
