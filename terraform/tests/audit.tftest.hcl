# What is kept for auditors, and who is told when something is wrong.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  notification_channels = ["projects/incident-bot-test/notificationChannels/42"]
}

run "audit_lines_are_kept" {
  assert {
    condition     = google_logging_project_sink.audit.destination == "logging.googleapis.com/${google_logging_project_bucket_config.audit.id}"
    error_message = "Audit lines go to the audit bucket."
  }

  assert {
    condition     = strcontains(google_logging_project_sink.audit.filter, "labels.audit=\"true\"") && strcontains(google_logging_project_sink.audit.filter, "\"incident-slack\" OR \"incident-worker\"")
    error_message = "The sink takes the audit lines of both functions."
  }

  assert {
    condition     = google_logging_project_bucket_config.audit.retention_days == 400 && !google_logging_project_bucket_config.audit.locked
    error_message = "More than a year, and locked only by somebody who means it."
  }

  assert {
    condition     = google_logging_log_view.audit.bucket == google_logging_project_bucket_config.audit.id && strcontains(google_logging_log_view.audit.filter, "SOURCE(\"projects/incident-bot-test\")")
    error_message = "The view is of the audit bucket."
  }

  assert {
    condition     = { for auditor, grant in google_logging_log_view_iam_member.auditor : auditor => [grant.member, grant.role] } == { "group:auditors@example.org" = ["group:auditors@example.org", "roles/logging.viewAccessor"] }
    error_message = "Auditors read the view, and nothing else."
  }

  assert {
    condition     = alltrue([for query in google_logging_saved_query.audit : startswith(query.logging_query[0].filter, google_logging_project_sink.audit.filter)])
    error_message = "The saved queries ask among the audit lines."
  }
}

run "the_lock_is_a_variable" {
  variables {
    audit_locked         = true
    audit_retention_days = 730
  }

  assert {
    condition     = google_logging_project_bucket_config.audit.locked && google_logging_project_bucket_config.audit.retention_days == 730
    error_message = "Retention and lock are as the variables say."
  }
}

run "a_person_is_told" {
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.threshold)) == toset(["dead_letters", "oldest_message", "tick_silence", "waiting", "store_failing", "slow_acknowledgement", "signature_failures"]) && toset(keys(google_monitoring_alert_policy.log_match)) == toset(["worker_errors", "intake_errors"])
    error_message = "There is an alert for each thing that can be wrong."
  }

  assert {
    condition     = alltrue([for policy in concat(values(google_monitoring_alert_policy.threshold), values(google_monitoring_alert_policy.log_match)) : toset(policy.notification_channels) == toset(["projects/incident-bot-test/notificationChannels/42", google_monitoring_notification_channel.email["sre@example.org"].name])])
    error_message = "Every alert goes to every channel, those that were there and those that are made."
  }

  assert {
    condition = { for name, policy in google_monitoring_alert_policy.threshold : name => join(" ", [policy.conditions[0].condition_threshold[0].comparison, policy.conditions[0].condition_threshold[0].threshold_value, policy.conditions[0].condition_threshold[0].duration]) } == {
      dead_letters         = "COMPARISON_GT 0 0s"
      oldest_message       = "COMPARISON_GT 300 0s"
      tick_silence         = "COMPARISON_LT 1 600s"
      waiting              = "COMPARISON_GT 0 1800s"
      store_failing        = "COMPARISON_GT 0 300s"
      slow_acknowledgement = "COMPARISON_GT 2000 0s"
      signature_failures   = "COMPARISON_GT 20 0s"
    }
    error_message = "One dead letter, a message not taken for five minutes, ten minutes of silence, half an hour of waiting, five minutes without the store, two seconds, twenty forgeries."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.threshold["dead_letters"].conditions[0].condition_threshold[0].filter, "subscription_id=\"${google_pubsub_subscription.dead_letters.name}\"") && strcontains(google_monitoring_alert_policy.threshold["oldest_message"].conditions[0].condition_threshold[0].filter, "subscription_id=\"${google_pubsub_subscription.worker.name}\"")
    error_message = "Dead letters are counted on their subscription, messages not taken on the worker's."
  }

  assert {
    condition     = google_monitoring_alert_policy.threshold["oldest_message"].conditions[0].condition_threshold[0].threshold_value > local.longest_delivery_seconds
    error_message = "A delivery that takes as long as one may is no fault."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.threshold["tick_silence"].conditions[0].condition_threshold[0].filter, "service_name=\"incident-worker\"") && google_monitoring_alert_policy.threshold["tick_silence"].conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_ACTIVE"
    error_message = "A worker that is asked nothing has no figures at all, and that is the silence."
  }

  assert {
    condition     = alltrue([for name in ["waiting", "store_failing"] : google_monitoring_alert_policy.threshold[name].conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_INACTIVE"])
    error_message = "When nothing waits and nothing fails any more, the alert closes."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.threshold["waiting"].conditions[0].condition_threshold[0].filter, google_logging_metric.waiting.name) && endswith(google_logging_metric.waiting.filter, "jsonPayload.event=\"incident.command.waiting\"")
    error_message = "Waiting is counted by the metric made for it."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.threshold["store_failing"].conditions[0].condition_threshold[0].filter, google_logging_metric.store_failures.name) && endswith(google_logging_metric.store_failures.filter, local.passing_events)
    error_message = "Failures of the store and of the tick are counted by the metric made for them."
  }

  assert {
    condition     = endswith(google_monitoring_alert_policy.log_match["worker_errors"].conditions[0].condition_matched_log[0].filter, "(severity>=ERROR OR jsonPayload.event=\"incident.delivery.renewed\") AND NOT ${local.passing_events}") && endswith(google_monitoring_alert_policy.log_match["intake_errors"].conditions[0].condition_matched_log[0].filter, " AND severity>=ERROR")
    error_message = "One failure of the store wakes nobody; every other error does, and a message that had to be published anew."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.threshold["signature_failures"].conditions[0].condition_threshold[0].filter, google_logging_metric.rejected.name) && endswith(google_logging_metric.rejected.filter, "jsonPayload.event=\"incident.request.rejected\" AND jsonPayload.status=401")
    error_message = "Forgeries are counted by the metric made for it."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.log_match["worker_errors"].conditions[0].condition_matched_log[0].filter, "service_name=\"incident-worker\"") && !strcontains(google_monitoring_alert_policy.log_match["worker_errors"].conditions[0].condition_matched_log[0].filter, "run.googleapis.com/requests")
    error_message = "A delivery that is made again is a 503 in the log of requests, and wakes nobody."
  }

  assert {
    condition     = alltrue([for name, policy in merge(google_monitoring_alert_policy.threshold, google_monitoring_alert_policy.log_match) : policy.documentation[0].links[0].url == "https://wiki.example.org/runbook#${replace(name, "_", "-")}"])
    error_message = "Every alert links to its part of the runbook."
  }
}

run "the_dashboard_can_be_read" {
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.bot.dashboard_json).mosaicLayout.tiles) == 7
    error_message = "The dashboard shows six numbers and the log."
  }

  assert {
    condition     = alltrue([for tile in jsondecode(google_monitoring_dashboard.bot.dashboard_json).mosaicLayout.tiles : tile.xPos + tile.width <= 48])
    error_message = "Tiles stay on the board."
  }
}
