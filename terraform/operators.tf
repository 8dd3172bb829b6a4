# What whoever is on call for the bot may do without owning the project: `incident doctor`, `incident audit` and
# `incident replay`. That operators publish to the topic and act as the worker stands with those bindings in iam.tf, and
# that they read the audit view in audit.tf. Without operators nothing of this is made.

locals {
  has_operators = length(var.operators) > 0
}

# --- Pub/Sub: see how everything is joined, and take dead letters off ------------------------------------------------

resource "google_pubsub_topic_iam_binding" "operator_viewer" {
  for_each = {
    for name, topic in {
      interactions = google_pubsub_topic.interactions.id
      dead_letters = google_pubsub_topic.dead_letters.id
    } : name => topic if local.has_operators
  }

  topic   = each.value
  role    = "roles/pubsub.viewer"
  members = var.operators
}

resource "google_pubsub_subscription_iam_binding" "operator_viewer" {
  for_each = {
    for name, subscription in {
      worker       = google_pubsub_subscription.worker.id
      dead_letters = google_pubsub_subscription.dead_letters.id
    } : name => subscription if local.has_operators
  }

  subscription = each.value
  role         = "roles/pubsub.viewer"
  members      = var.operators
}

resource "google_pubsub_subscription_iam_binding" "operator_subscriber" {
  count = local.has_operators ? 1 : 0

  subscription = google_pubsub_subscription.dead_letters.id
  role         = "roles/pubsub.subscriber"
  members      = var.operators
}

# --- Secrets: see whether each has a version; read the token, which acting as the worker gives them anyway -----------

resource "google_secret_manager_secret_iam_member" "operator_viewer" {
  for_each = { for pair in setproduct(keys(local.secrets), var.operators) : join("/", pair) => pair }

  secret_id = google_secret_manager_secret.slack[each.value[0]].id
  role      = "roles/secretmanager.viewer"
  member    = each.value[1]
}

resource "google_secret_manager_secret_iam_member" "operator_token" {
  for_each = toset(var.operators)

  secret_id = google_secret_manager_secret.slack["bot_token"].id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value
}

# --- What has no smaller resource than the project -------------------------------------------------------------------

resource "google_project_iam_member" "operator_store" {
  for_each = toset(var.operators)

  project = var.project
  role    = "roles/datastore.viewer"
  member  = each.value

  condition {
    title      = "The incident bot's database"
    expression = local.database_alone
  }
}

# The calls of somebody who logged in with gcloud are counted on the project. The rest is what an alert links to, and
# what the platform itself says of an instance, which is no audit line.
resource "google_project_iam_member" "operator" {
  for_each = {
    for pair in setproduct(["logging.viewer", "monitoring.viewer", "serviceusage.serviceUsageConsumer"], var.operators) :
    join("/", pair) => pair
  }

  project = var.project
  role    = "roles/${each.value[0]}"
  member  = each.value[1]
}
