"""One Pub/Sub push in, one run of a workflow out."""
