"""What helps when a service refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from incident.runtime.failures import StepError, TransientError

MANIFEST = (
    "Paste what `incident manifest` prints into the app at api.slack.com/apps, and install the app again."
)
INSTALL = (
    "Install the app in the workspace, and store its bot token (OAuth & Permissions, xoxb-...): "
    "`terraform output add_secrets` says how."
)
NO_VALUE = "Add the value: `terraform output add_secrets` says how."
APPLY = "Run `terraform apply`."
NO_SECRET = f"{APPLY} Or set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN right."
CREDENTIALS = (
    "Log in: `gcloud auth application-default login`; for `incident bootstrap`, docs/deploy.md says as whom."
)
OPERATOR = (
    "See to it that you are one of the `operators` in terraform.tfvars: to own the project is not enough."
)
UNREADABLE = f"{NO_VALUE} If it has one: {OPERATOR}"
DELEGATION = (
    f"{OPERATOR} Then, that a Workspace administrator has entered what `terraform output "
    "domain_wide_delegation` prints, and that GOOGLE_SUBJECT is right."
)
ACCESS = (
    "Make the bot's account (GOOGLE_SUBJECT or, without one, `terraform output worker_account`) a Content "
    "manager of the Shared Drive."
)
_LATER = "Try again in a minute; if it stays, check the network here and the service's status page."
_ENABLE = f"The API is not enabled in the project. {APPLY}"

_BY_REASON: Mapping[str, str] = MappingProxyType(
    {
        "account_inactive": INSTALL,
        "invalid_auth": INSTALL,
        "not_authed": INSTALL,
        "token_expired": INSTALL,
        "token_revoked": INSTALL,
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
        "insufficientPermissions": CREDENTIALS,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT": CREDENTIALS,
        "notFound": f"Check the id. {ACCESS}",
        "NOT_FOUND": f"Check the id. {ACCESS}",
        "PERMISSION_DENIED": ACCESS,
        "PermissionDenied": f"The account you are logged in as may not look. {OPERATOR}",
        "storageQuotaExceeded": "A service account owns no files: use a Shared Drive, or set GOOGLE_SUBJECT.",
        "teamDriveFileLimitExceeded": "The Shared Drive is full.",
    }
)


def for_error(error: StepError) -> str:
    """What to do about an error, in a sentence or two; empty where its reason says it all."""
    known = _BY_REASON.get(error.reason, "")
    return known or (_LATER if isinstance(error, TransientError) else "")
