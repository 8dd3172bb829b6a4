locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  a_week       = "604800s"
  a_month      = "2678400s" # 31 days, the most that Pub/Sub keeps
}

resource "google_pubsub_topic" "interactions" {
  # checkov:skip=CKV_GCP_83: Google's own encryption at rest; a lost key of our own would stop the bot in the middle of an incident

  name = "incident-interactions"

  message_storage_policy {
    allowed_persistence_regions = [var.region] # what people typed stays where everything else is
  }

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_topic" "dead_letters" {
  # checkov:skip=CKV_GCP_83: Google's own encryption at rest; a lost key of our own would stop the bot in the middle of an incident

  name = "incident-dead-letters"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.apis]
}

# Our own subscription, because an Eventarc trigger cannot be given a dead-letter policy. A command that waits for a service
# is acknowledged, and waits in the store: what is refused here could not even be put on record, or could not be read.
resource "google_pubsub_subscription" "worker" {
  name                       = "incident-worker"
  topic                      = google_pubsub_topic.interactions.id
  ack_deadline_seconds       = local.ack_deadline_seconds # of a push it is the time-out too
  message_retention_duration = local.a_week

  push_config {
    push_endpoint = google_cloudfunctions2_function.worker.service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.worker.service_config[0].uri
    }
  }

  # Short, so that a command is taken soon after the store is back, or another instance.
  retry_policy {
    minimum_backoff = "5s"
    maximum_backoff = "60s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = var.max_delivery_attempts
  }

  expiration_policy {
    ttl = "" # never; otherwise a month without incidents would delete it
  }

  # Until both are there, a message is refused, or fails and is not moved on.
  depends_on = [google_cloud_run_v2_service_iam_binding.worker_invoker, google_pubsub_topic_iam_binding.dead_letter_publisher]
}

# Pulled by people: docs/runbook.md says how.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "incident-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  ack_deadline_seconds       = 60
  message_retention_duration = local.a_month

  expiration_policy {
    ttl = ""
  }
}

# The tick, every minute: the worker sends what is due by then (incident/worker/upkeep.py), which is how everything that
# waits goes on. It takes the same way as a command, so that a worker that cannot be reached is noticed (alerts.tf,
# oldest_message and tick_silence) before a person types one in vain; and it comes more often than the 15 minutes that an
# idle instance is kept, so that the first command of a night finds one warm.
# https://cloud.google.com/run/docs/about-instance-autoscaling#idle-instances
resource "google_cloud_scheduler_job" "tick" {
  name        = "incident-tick"
  region      = var.region
  description = "Has the worker carry on what waits and is due."
  schedule    = var.tick_schedule
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = google_pubsub_topic.interactions.id
    attributes = { kind = "tick", id = "tick" }

    # The format that incident/model/interaction.py reads. A job's message is always the same, so the time in it is a
    # constant; when it really was, Pub/Sub says.
    data = base64encode(jsonencode({
      version     = 1
      id          = "tick"
      kind        = "tick"
      received_at = "2000-01-01T00:00:00+00:00"
      actor       = { user = "", team = "" }
      channel     = ""
      payload     = {}
    }))
  }

  depends_on = [google_project_service.apis]
}
