"""How the domain lies in the single table; used by SQLite and DynamoDB alike."""
