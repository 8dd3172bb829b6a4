output "slack_url" {
  description = "Where Slack sends everything: incident manifest --url URL."
  value       = google_cloudfunctions2_function.slack.service_config[0].uri
}

output "environment" {
  description = "The worker's settings, for `incident doctor`: lines for a shell. They hold no secret, only the names that secrets have."
  value       = join("\n", [for name, value in local.worker_environment : "export ${name}='${replace(value, "'", "'\\''")}'"])
}

output "domain_wide_delegation" {
  description = "What a Workspace administrator enters under Security > Access and data control > API controls > Domain-wide delegation."
  value = {
    client_id = google_service_account.worker.unique_id
    # The scopes of incident/services/google.py.
    scopes = join(",", [
      "https://www.googleapis.com/auth/drive",
      "https://www.googleapis.com/auth/documents",
      "https://www.googleapis.com/auth/spreadsheets",
      "https://www.googleapis.com/auth/meetings.space.created",
    ])
  }
}

output "worker_account" {
  description = "The worker's service account. Without workspace_subject, make it a Content manager of the Shared Drive."
  value       = google_service_account.worker.email
}

output "add_secrets" {
  description = "How the two secrets are given their values, which Slack shows on the app's pages. Each reads standard input."
  value = {
    for name, secret in google_secret_manager_secret.slack :
    name => "gcloud secrets versions add ${secret.secret_id} --project=${var.project} --data-file=-"
  }
}

output "dead_letters" {
  description = "Shows the dead letters, and leaves them where they are."
  value       = "gcloud pubsub subscriptions pull ${google_pubsub_subscription.dead_letters.name} --project=${var.project} --limit=10 --format=json"
}

output "audit_view" {
  description = "What an auditor reads: gcloud logging read --view and --bucket, or Logs Explorer > Refine scope > Log view."
  value       = "${google_logging_project_bucket_config.audit.id}/views/incident-audit"
}

output "audit_queries" {
  description = "Queries for the Logs Explorer; put the incident's id for INCIDENT."
  value       = { for name, query in local.audit_queries : name => query.filter }
}
