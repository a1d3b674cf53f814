"""The WSGI application: ``gunicorn app:app``, ``flask …`` and ``python app.py`` all start here."""

from vggweb.web import create_app

app = create_app()

if __name__ == "__main__":
    app.run(port=8000, threaded=True)
