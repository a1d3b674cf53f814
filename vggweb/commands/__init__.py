"""The commands of ``flask``, a file a group; `vggweb.cli` gives them to the app."""
