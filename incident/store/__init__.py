"""Where incidents and their runs are kept: one contract, in Firestore and in SQLite."""
