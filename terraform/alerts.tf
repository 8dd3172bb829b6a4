# What wakes a person. Every alert says what it means and what to do first; docs/runbook.md says the rest.

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
  own_logs = "(log_id(\"run.googleapis.com/stdout\") OR log_id(\"run.googleapis.com/stderr\") OR log_id(\"run.googleapis.com/varlog/system\"))"

  # Failures that the next tick makes good: they count once they last (store_failing), and one alone wakes nobody.
  passing_events = "(jsonPayload.event=\"incident.store.failed\" OR jsonPayload.event=\"incident.tick.failed\")"

  # Alerts on a number: in every `window` of seconds above `threshold`, or `below` it, for `lasts` seconds.
  thresholds = {
    dead_letters = {
      title     = "a message was given up"
      severity  = "CRITICAL"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      below     = false
      threshold = 0
      window    = 60
      lasts     = 0
      means     = "A message could not be read, or was refused ${var.max_delivery_attempts} times, and lies in the dead letters. No outage of a service ends there. Nothing is lost: it is kept for a month. Look into it, mend what it says, then publish it again."
    }
    oldest_message = {
      title     = "the worker does not take messages"
      severity  = "ERROR"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.worker.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      below     = false
      threshold = 300
      window    = 60
      lasts     = 0
      means     = "A message has been there for five minutes and is not even on record: the worker is not reached, or its store does not answer. A command that merely waits for Slack or Google is on record and does not raise this."
    }
    tick_silence = {
      title     = "the bot's clock has stopped"
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.worker.name}\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"2xx\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      below     = true
      threshold = 1
      window    = 300
      lasts     = 600
      means     = "The tick comes every minute, and for ten minutes the worker has answered nothing. New commands may still be carried out, but what waits does not go on: look at the Cloud Scheduler job incident-tick, and at the push to the worker."
    }
    waiting = {
      title     = "something has waited for half an hour"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.waiting.name}\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      below     = false
      threshold = 0
      window    = 300
      lasts     = 1800
      means     = "A service that the bot needs has been slow or down for half an hour. The bot tries every minute, and the incidents' channels say what is late and what to do meanwhile. It heals by itself within a minute or two of the service's return: find out which it is, and tell people."
    }
    store_failing = {
      title     = "the store or the topic does not answer"
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.store_failures.name}\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      below     = false
      threshold = 0
      window    = 120
      lasts     = 300
      means     = "For five minutes the worker could not reach Firestore, or not publish to its own topic. Commands are kept and delivered again until it can, for as long as it takes, but nothing is carried out meanwhile: open channels by hand."
    }
    slow_acknowledgement = {
      title     = "Slack waits for more than two seconds"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.slack.name}\" AND metric.type=\"run.googleapis.com/request_latencies\""
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      below     = false
      threshold = 2000
      window    = 300
      lasts     = 0
      means     = "Slack gives up after three seconds and tells the person that the command failed, though it may have been taken. Most often instances start cold: look at webhook_min_instances."
    }
    signature_failures = {
      title     = "many requests that Slack did not sign"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.rejected.name}\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      below     = false
      threshold = 20
      window    = 300
      lasts     = 0
      means     = "A stranger knocks without the key, and is not let in; or the signing secret was changed in Slack and not here, and then no command works."
    }
  }

  # Alerts on a line of the log, which the notification quotes from.
  log_matches = {
    worker_errors = {
      title   = "the worker needs a person"
      service = google_cloudfunctions2_function.worker.name
      lines   = "(severity>=ERROR OR jsonPayload.event=\"incident.delivery.renewed\") AND NOT ${local.passing_events}"
      means   = "The worker met something that it cannot mend by itself. The line's event says what: incident.command.failed has a Retry button in the incident's channel once the cause is gone."
    }
    intake_errors = {
      title   = "a command was not taken"
      service = google_cloudfunctions2_function.slack.name
      lines   = "severity>=ERROR"
      means   = "The Slack function could not read a secret, publish a message or open a form. The person was told at once, with their own words."
    }
  }
}

# What the alerts count among the audit lines.

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

resource "google_logging_metric" "waiting" {
  name        = "incident-waiting-commands"
  description = "Tries at a command that ended with something still late."
  filter      = "${local.audit_filter} AND jsonPayload.event=\"incident.command.waiting\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "store_failures" {
  name        = "incident-store-failures"
  description = "Deliveries for which Firestore or the worker's own topic did not answer."
  filter      = "${local.audit_filter} AND ${local.passing_events}"

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
      comparison      = each.value.below ? "COMPARISON_LT" : "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "${each.value.lasts}s"

      # Of what is counted, no data is none: that is what an alert for too few waits for.
      evaluation_missing_data = each.value.lasts == 0 ? null : each.value.below ? "EVALUATION_MISSING_DATA_ACTIVE" : "EVALUATION_MISSING_DATA_INACTIVE"

      aggregations {
        alignment_period     = "${each.value.window}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
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
      filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${each.value.service}\" AND ${local.own_logs} AND ${each.value.lines}"
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
