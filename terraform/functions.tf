# The longest that one delivery may take, in seconds, by the constants of the code. It has ended before the function is
# stopped, and that is before Pub/Sub delivers again. tests/contract/test_terraform.py holds these numbers to the code.
locals {
  lease_wait_seconds = 18     # until the lease of a worker that was killed has ended (incident/engine/lease.py)
  reflect_seconds    = 30     # in which a delivery begins another pass over an incident (incident/worker/dispatch.py)
  store_seconds      = 3 * 12 # reads the incident, claims the run, claims it again (incident/store/firestore_calls.py)
  delivery_seconds   = 50     # in which remote calls are made (incident/engine/lease.py)
  last_call_seconds  = 13     # the longest call, should it overrun
  last_write_seconds = 12     # puts on record what was done

  longest_delivery_seconds = sum([
    max(local.lease_wait_seconds, local.reflect_seconds),
    local.store_seconds,
    local.delivery_seconds,
    local.last_call_seconds,
    local.last_write_seconds,
  ])
  worker_timeout_seconds = 180
  ack_deadline_seconds   = 240

  # Requests that one instance takes at a time. functions-framework has as many threads as THREADS says:
  # a request beyond that would wait inside an instance while others are idle.
  # The worker's steps have threads of their own: THREADS in incident/worker/function.py, nine for each request.
  webhook_concurrency = 16
  worker_concurrency  = 4

  webhook_environment = {
    GOOGLE_CLOUD_PROJECT    = var.project
    INCIDENT_TOPIC          = google_pubsub_topic.interactions.name
    INCIDENT_LOCALE         = var.locale
    INCIDENT_TIMELINE_EMOJI = var.timeline_emoji
    SLACK_SIGNING_SECRET    = google_secret_manager_secret.slack["signing_secret"].id
    SLACK_BOT_TOKEN         = google_secret_manager_secret.slack["bot_token"].id
  }

  # The worker checks no signatures: the name of the secret satisfies its settings, and it cannot read it.
  worker_environment = merge(local.webhook_environment, {
    INCIDENT_STORE                 = var.database == "(default)" ? "firestore" : "firestore:${var.database}"
    INCIDENT_MAX_DELIVERY_ATTEMPTS = tostring(var.max_delivery_attempts)
    INCIDENT_TEMPLATE_ID           = var.template_id
    INCIDENT_FOLDER_ID             = var.folder_id
    INCIDENT_SPREADSHEET_ID        = var.spreadsheet_id
    INCIDENT_SHEET                 = var.sheet
    INCIDENT_CHANNEL               = var.announcement_channel
    INCIDENT_ONCALL_GROUPS         = join(",", var.oncall_groups)
    INCIDENT_COMMS_GROUP           = var.comms_group
    INCIDENT_TIMEZONE              = var.timezone
    GOOGLE_SUBJECT                 = var.workspace_subject
  })
}

resource "google_cloudfunctions2_function" "slack" {
  # checkov:skip=CKV_GCP_124: Slack calls from the internet, from no fixed addresses; the function verifies its signature

  name        = "incident-slack"
  location    = var.region
  description = "Verifies what Slack sends, hands it on and acknowledges within three seconds."

  build_config {
    runtime           = var.python_runtime
    entry_point       = "slack"
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }

    automatic_update_policy {} # the base image's security fixes come without a deployment
  }

  service_config {
    service_account_email            = google_service_account.slack.email
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    max_instance_request_concurrency = local.webhook_concurrency
    min_instance_count               = var.webhook_min_instances
    max_instance_count               = 10
    timeout_seconds                  = 10
    ingress_settings                 = "ALLOW_ALL" # Slack comes from the internet; its signature is what lets it in
    environment_variables            = merge(local.webhook_environment, { THREADS = tostring(local.webhook_concurrency) })
  }

  # A build that starts before its rights are there fails.
  depends_on = [
    google_artifact_registry_repository_iam_member.build_image,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_storage_bucket_iam_member.build_source,
  ]
}

resource "google_cloudfunctions2_function" "worker" {
  name        = "incident-worker"
  location    = var.region
  description = "Carries out what the Slack function handed on, as far as it goes in one delivery."

  build_config {
    runtime           = var.python_runtime
    entry_point       = "worker"
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }

    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.worker.email
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    max_instance_request_concurrency = local.worker_concurrency
    min_instance_count               = 0
    max_instance_count               = 10
    timeout_seconds                  = local.worker_timeout_seconds
    ingress_settings                 = "ALLOW_INTERNAL_ONLY" # a push of this project's Pub/Sub counts as internal
    environment_variables            = merge(local.worker_environment, { THREADS = tostring(local.worker_concurrency) })
  }

  # A build that starts before its rights are there fails.
  depends_on = [
    google_artifact_registry_repository_iam_member.build_image,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_storage_bucket_iam_member.build_source,
  ]
}
