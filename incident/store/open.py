"""The store that the settings name."""

from __future__ import annotations

from pathlib import Path

from incident.runtime.settings import WorkerSettings
from incident.store.contract import IncidentStore


def open_store(settings: WorkerSettings) -> IncidentStore:
    """Opens the store that `settings.store` names; imports no other.

    With `settings.firestore_emulator_host` set, Firestore is the emulator and no credentials are looked for.

    Raises:
        StepError: if the SQLite file cannot be opened. Firestore is not spoken to before its first call.
        google.auth.exceptions.DefaultCredentialsError: if Firestore is wanted and there are no credentials.
    """
    kind, _, name = settings.store.partition(":")
    if kind == "sqlite":
        from incident.store.sqlite import SqliteStore  # noqa: PLC0415 - production has no use for it

        return SqliteStore(Path(name))

    # 0.4 s of import
    from incident.store.firestore import FirestoreStore  # noqa: PLC0415
    from incident.store.firestore_calls import connect  # noqa: PLC0415

    return FirestoreStore(connect(settings.project, name or None, settings.firestore_emulator_host))
