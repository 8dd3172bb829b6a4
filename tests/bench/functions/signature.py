"""The check of the signature alone."""

from __future__ import annotations

import os

from flask import Request, Response

from incident.intake.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier
from incident.runtime.secrets import FixedSecret

_verifier = Verifier(FixedSecret(os.environ["SLACK_SIGNING_SECRET"]))


def slack(request: Request) -> Response:
    timestamp, signature = request.headers[TIMESTAMP_HEADER], request.headers[SIGNATURE_HEADER]
    genuine = _verifier.is_from_slack(request.get_data(cache=False), timestamp, signature)
    return Response(status=200 if genuine else 401)
