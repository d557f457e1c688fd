"""The adapters of one machine: SQLite, Mosquitto, and no cloud."""
