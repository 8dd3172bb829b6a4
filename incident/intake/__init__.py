"""Inside Slack's three seconds: verify, normalise, publish, acknowledge."""
