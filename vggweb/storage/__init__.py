"""The store: results and their pictures, through SQLAlchemy.

One SQLite file in the data folder by default; PostgreSQL by URL when several machines share results.
"""

from vggweb.storage.engine import embedded_url
from vggweb.storage.records import PurgeReport, StoredFile, StoredResult
from vggweb.storage.space import StorageSpace
from vggweb.storage.store import ResultIds, Store

__all__ = ["PurgeReport", "ResultIds", "StorageSpace", "Store", "StoredFile", "StoredResult", "embedded_url"]
