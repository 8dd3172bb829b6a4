"""What helps when a service refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from incident.failures import StepError, TransientError

MANIFEST = (
    "Paste what `incident manifest` prints into the app at api.slack.com/apps, and install the app again."
)
BOT_TOKEN = (
    "Install the app in the workspace, and store its bot token (OAuth & Permissions, xoxb-...): "
    "`terraform output add_secrets` says how."
)
NO_VALUE = "Add the value (`terraform output add_secrets` says how), and see to it that you may read it."
APPLY = "Run `terraform apply`."
CREDENTIALS = (
    "Log in as the worker: `gcloud auth application-default login --impersonate-service-account=ACCOUNT`, "
    "with `terraform output worker_account`."
)
DELEGATION = (
    "Have a Workspace administrator enter what `terraform output domain_wide_delegation` prints, and check "
    "GOOGLE_SUBJECT. It can take a day to count."
)
ACCESS = (
    "Make the bot's account (GOOGLE_SUBJECT or, without one, `terraform output worker_account`) a Content "
    "manager of the Shared Drive."
)
_LATER = "Try again in a minute; if it stays, check the network here and the service's status page."
_ENABLE = f"The API is not enabled in the project. {APPLY}"

_BY_REASON: Mapping[str, str] = MappingProxyType(
    {
        "account_inactive": BOT_TOKEN,
        "invalid_auth": BOT_TOKEN,
        "not_authed": BOT_TOKEN,
        "token_expired": BOT_TOKEN,
        "token_revoked": BOT_TOKEN,
        "missing_scope": MANIFEST,
        "DefaultCredentialsError": CREDENTIALS,
        "RefreshError": CREDENTIALS,
        "authError": CREDENTIALS,
        "UNAUTHENTICATED": CREDENTIALS,
        "Unauthenticated": CREDENTIALS,
        "no access token for the service account": DELEGATION,
        "accessNotConfigured": _ENABLE,
        "SERVICE_DISABLED": _ENABLE,
        "forbidden": ACCESS,
        "insufficientFilePermissions": ACCESS,
        "insufficientParentPermissions": ACCESS,
        "insufficientPermissions": ACCESS,
        "notFound": f"Check the id. {ACCESS}",
        "NOT_FOUND": f"Check the id. {ACCESS}",
        "PERMISSION_DENIED": ACCESS,
        "PermissionDenied": f"The account you are logged in as may not look. {CREDENTIALS}",
        "storageQuotaExceeded": "A service account owns no files: use a Shared Drive, or set GOOGLE_SUBJECT.",
        "teamDriveFileLimitExceeded": "The Shared Drive is full.",
    }
)


def for_error(error: StepError) -> str:
    """What to do about an error, in a sentence or two; empty where its reason says it all."""
    known = _BY_REASON.get(error.reason, "")
    return known or (_LATER if isinstance(error, TransientError) else "")
