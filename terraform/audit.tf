# Every audit line (incident/runtime/audit.py) goes to a bucket of its own, where it stays for as long as it must, and can
# be neither changed nor, once the bucket is locked, deleted.

locals {
  function_logs = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"${google_cloudfunctions2_function.slack.name}\" OR \"${google_cloudfunctions2_function.worker.name}\")"
  audit_filter  = "${local.function_logs} AND labels.audit=\"true\""
}

resource "google_logging_project_bucket_config" "audit" {
  project        = var.project
  location       = var.region
  bucket_id      = "incident-audit"
  description    = "What the incident bot did, for whom and when."
  retention_days = var.audit_retention_days
  locked         = var.audit_locked

  index_configs {
    field_path = "jsonPayload.incident"
    type       = "INDEX_TYPE_STRING"
  }

  index_configs {
    field_path = "jsonPayload.event"
    type       = "INDEX_TYPE_STRING"
  }

  depends_on = [google_project_service.apis]
}

# To a bucket of the same project a sink needs no right.
resource "google_logging_project_sink" "audit" {
  name                   = "incident-audit"
  description            = "The incident bot's audit lines."
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.audit.id}"
  filter                 = local.audit_filter
  unique_writer_identity = true
}

resource "google_logging_log_view" "audit" {
  name        = "incident-audit"
  bucket      = google_logging_project_bucket_config.audit.id
  description = "The incident bot's audit lines, for auditors."
  filter      = "SOURCE(\"projects/${var.project}\") AND resource.type = \"cloud_run_revision\""
}

resource "google_logging_log_view_iam_member" "auditor" {
  for_each = toset(concat(var.auditors, var.operators))

  parent   = "projects/${var.project}"
  location = var.region
  bucket   = google_logging_project_bucket_config.audit.bucket_id
  name     = google_logging_log_view.audit.name
  role     = "roles/logging.viewAccessor"
  member   = each.value
}

# The queries that are asked most; the Logs Explorer lists them, the outputs repeat them.
locals {
  audit_queries = {
    story = {
      title  = "Incident bot: the story of one incident"
      filter = "${local.audit_filter} AND jsonPayload.incident=\"INCIDENT\""
    }
    rejected = {
      title  = "Incident bot: requests that were not let in"
      filter = "${local.audit_filter} AND jsonPayload.event=\"incident.request.rejected\""
    }
    failures = {
      title  = "Incident bot: what somebody had to look at"
      filter = "${local.audit_filter} AND severity>=ERROR"
    }
  }
}

resource "google_logging_saved_query" "audit" {
  for_each = local.audit_queries

  name         = "incident-${each.key}"
  display_name = each.value.title
  parent       = "projects/${var.project}"
  location     = "global"
  visibility   = "SHARED"

  logging_query {
    filter = each.value.filter
  }

  depends_on = [google_project_service.apis]
}
