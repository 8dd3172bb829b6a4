# Empty containers. The values are added by hand, so that neither the state nor a plan ever holds one:
#
#   printf %s "$VALUE" | gcloud secrets versions add slack-signing-secret --data-file=-
#
# All enabled versions are valid at the same time: docs/deploy.md, Rotate a secret.

locals {
  secrets = {
    signing_secret = "slack-signing-secret"
    bot_token      = "slack-bot-token"
  }

  # Who reads what. The Slack function needs the token to open a form; the worker checks no signatures.
  secret_readers = {
    "slack/signing_secret" = { secret = "signing_secret", member = google_service_account.slack.member }
    "slack/bot_token"      = { secret = "bot_token", member = google_service_account.slack.member }
    "worker/bot_token"     = { secret = "bot_token", member = google_service_account.worker.member }
  }
}

resource "google_secret_manager_secret" "slack" {
  for_each = local.secrets

  secret_id           = each.value
  deletion_protection = var.delete_protection
  version_destroy_ttl = "604800s" # a version destroyed by mistake can be had back for a week

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_secret_manager_secret_iam_member" "accessor" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.slack[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}

# To find the enabled versions while a secret is being rotated.
resource "google_secret_manager_secret_iam_member" "viewer" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.slack[each.value.secret].id
  role      = "roles/secretmanager.viewer"
  member    = each.value.member
}
