# What wakes somebody up. Every alert says what it means and what to do first; docs/runbook.md says the rest.

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = "Incident bot: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }

  depends_on = [google_project_service.apis]
}

locals {
  channels = concat(var.notification_channels, [for channel in google_monitoring_notification_channel.email : channel.name])

  # The functions' own lines and what the platform says of their instances, but not the requests: a delivery that is
  # to be made again is a 503 there, and no fault.
  error_logs = "(log_id(\"run.googleapis.com/stdout\") OR log_id(\"run.googleapis.com/stderr\") OR log_id(\"run.googleapis.com/varlog/system\")) AND severity>=ERROR"

  # Alerts on a number: above `threshold` in `window` seconds.
  thresholds = {
    dead_letters = {
      title     = "a command was given up"
      severity  = "CRITICAL"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      aligner   = "ALIGN_MAX"
      threshold = 0
      window    = 60
      means     = "A message was delivered ${var.max_delivery_attempts} times in vain, or could not be read, and lies in the dead letters. Nothing is lost: it is kept for a month. Look into it, mend what it says, then publish it again."
    }
    oldest_message = {
      title     = "a command has been waiting for two minutes"
      severity  = "ERROR"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.worker.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      aligner   = "ALIGN_MAX"
      threshold = 120
      window    = 60
      means     = "Something that the worker needs is slow or down, and it is trying again. The incident's channel says what is late. It heals by itself once the service is back: find out which, and tell people."
    }
    slow_acknowledgement = {
      title     = "Slack waits for more than two seconds"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.slack.name}\" AND metric.type=\"run.googleapis.com/request_latencies\""
      aligner   = "ALIGN_PERCENTILE_99"
      threshold = 2000
      window    = 300
      means     = "Slack gives up after three seconds and tells the person that the command failed, though it may have been taken. Most often instances start cold: look at webhook_min_instances."
    }
    signature_failures = {
      title     = "many requests that Slack did not sign"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.rejected.name}\""
      aligner   = "ALIGN_DELTA"
      threshold = 20
      window    = 300
      means     = "Somebody knocks without the key, and is not let in; or the signing secret was changed in Slack and not here, and then no command works."
    }
  }

  # Alerts on a line of the log, which the notification quotes from.
  log_matches = {
    worker_errors = {
      title   = "the worker needs somebody"
      service = google_cloudfunctions2_function.worker.name
      means   = "The worker met something that it cannot mend by itself. The line's event says what: incident.command.failed has a Retry button in the incident's channel once the cause is gone."
    }
    intake_errors = {
      title   = "a command was not taken"
      service = google_cloudfunctions2_function.slack.name
      means   = "The Slack function could not read a secret, publish a message or open a form. The person was told at once, with their own words."
    }
  }
}

resource "google_logging_metric" "rejected" {
  name        = "incident-rejected-requests"
  description = "Requests that were not signed by Slack."
  filter      = "${local.audit_filter} AND jsonPayload.event=\"incident.request.rejected\" AND jsonPayload.status=401"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each = local.thresholds

  display_name          = "Incident bot: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "0s"

      aggregations {
        alignment_period     = "${each.value.window}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.key == "signature_failures" ? "REDUCE_SUM" : "REDUCE_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "Incident bot: ${each.value.title}"
    content   = each.value.means

    dynamic "links" {
      for_each = var.runbook_url == "" ? [] : [var.runbook_url]
      content {
        display_name = "Runbook"
        url          = "${links.value}#${replace(each.key, "_", "-")}"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "log_match" {
  for_each = local.log_matches

  display_name          = "Incident bot: ${each.value.title}"
  severity              = "ERROR"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${each.value.service}\" AND ${local.error_logs}"
      label_extractors = {
        event    = "EXTRACT(jsonPayload.event)"
        incident = "EXTRACT(jsonPayload.incident)"
      }
    }
  }

  alert_strategy {
    auto_close = "3600s"

    notification_rate_limit {
      period = "300s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "Incident bot: ${each.value.title}"
    content   = each.value.means

    dynamic "links" {
      for_each = var.runbook_url == "" ? [] : [var.runbook_url]
      content {
        display_name = "Runbook"
        url          = "${links.value}#${replace(each.key, "_", "-")}"
      }
    }
  }

  depends_on = [google_project_service.apis]
}
