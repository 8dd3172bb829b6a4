# One account for each thing that acts. None has a key, and what can be granted on a resource is granted there.

resource "google_service_account" "slack" {
  account_id   = "incident-slack"
  display_name = "Incident bot: the Slack function"
}

resource "google_service_account" "worker" {
  account_id   = "incident-worker"
  display_name = "Incident bot: the worker"
}

resource "google_service_account" "push" {
  account_id   = "incident-push"
  display_name = "Incident bot: Pub/Sub's pushes to the worker"
}

resource "google_service_account" "build" {
  account_id   = "incident-build"
  display_name = "Incident bot: builds the functions"
}

# --- Who calls what. Bindings, not members: a grant made by hand is taken away by the next apply. ---------------

resource "google_cloud_run_v2_service_iam_binding" "slack_invoker" {
  name     = google_cloudfunctions2_function.slack.name
  location = var.region
  role     = "roles/run.invoker"
  members  = ["allUsers"] # Slack has no Google account; the function verifies its signature
}

resource "google_cloud_run_v2_service_iam_binding" "worker_invoker" {
  name     = google_cloudfunctions2_function.worker.name
  location = var.region
  role     = "roles/run.invoker"
  members  = [google_service_account.push.member]
}

# The Slack function publishes what people do; the worker publishes to itself what is due, and that an incident is to be
# reflected; operators put dead letters back. Cloud Scheduler publishes as its own service agent, whose role of the project
# Google gives it.
resource "google_pubsub_topic_iam_binding" "publisher" {
  topic   = google_pubsub_topic.interactions.id
  role    = "roles/pubsub.publisher"
  members = concat([google_service_account.slack.member, google_service_account.worker.member], var.operators)
}

# --- Pub/Sub's own agent: signs the pushes' tokens, and moves dead letters ---------------------------------------

resource "google_service_account_iam_binding" "push_token" {
  service_account_id = google_service_account.push.id
  role               = "roles/iam.serviceAccountTokenCreator"
  members            = [local.pubsub_agent]
}

resource "google_pubsub_topic_iam_binding" "dead_letter_publisher" {
  topic   = google_pubsub_topic.dead_letters.id
  role    = "roles/pubsub.publisher"
  members = [local.pubsub_agent]
}

resource "google_pubsub_subscription_iam_binding" "dead_letter_subscriber" {
  subscription = google_pubsub_subscription.worker.id
  role         = "roles/pubsub.subscriber"
  members      = [local.pubsub_agent]
}

# --- The worker --------------------------------------------------------------------------------------------------

# Firestore has no policy of its own for a database: a condition on the project's keeps a grant to ours.
locals {
  database_alone = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.incidents.name}\""
}

resource "google_project_iam_member" "worker_store" {
  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.worker.member

  condition {
    title      = "The incident bot's database"
    expression = local.database_alone
  }
}

# Domain-wide delegation without a key: the worker has the IAM API sign for itself. Operators act as it, to see what it
# may do in Workspace; not even a project's owner can without this.
locals {
  worker_signers = concat(var.workspace_subject == "" ? [] : [google_service_account.worker.member], var.operators)
}

resource "google_service_account_iam_binding" "worker_token" {
  count = length(local.worker_signers) == 0 ? 0 : 1

  service_account_id = google_service_account.worker.id
  role               = "roles/iam.serviceAccountTokenCreator"
  members            = local.worker_signers
}

# --- Cloud Build: reads the source, writes the image and its log ---------------------------------------------------

resource "google_storage_bucket_iam_member" "build_source" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

# Cloud Functions copies the archive to a bucket of its own, which is not there before the first deployment.
resource "google_project_iam_member" "build_source" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "The bucket Cloud Functions builds from"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "build_image" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# Logs have no smaller resource to grant this on.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}
