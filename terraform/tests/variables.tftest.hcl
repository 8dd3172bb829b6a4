# Values that would fail later, or quietly, are refused with a line that says what to write instead.

mock_provider "google" {}

run "a_project_number_is_not_an_id" {
  command = plan

  variables {
    project = "123456789012"
  }

  expect_failures = [var.project]
}

run "a_zone_is_not_a_region" {
  command = plan

  variables {
    region = "northamerica-northeast1-a"
  }

  expect_failures = [var.region]
}

run "an_address_is_not_a_template_id" {
  command = plan

  variables {
    template_id = "https://docs.google.com/document/d/1TemplateTemplate/edit"
  }

  expect_failures = [var.template_id]
}

run "an_address_is_not_a_folder_id" {
  command = plan

  variables {
    folder_id = "https://drive.google.com/drive/folders/1FolderFolderFolder"
  }

  expect_failures = [var.folder_id]
}

run "an_address_is_not_a_spreadsheet_id" {
  command = plan

  variables {
    spreadsheet_id = "https://docs.google.com/spreadsheets/d/1SpreadsheetSpreadsheet"
  }

  expect_failures = [var.spreadsheet_id]
}

run "a_tab_has_a_name" {
  command = plan

  variables {
    sheet = " "
  }

  expect_failures = [var.sheet]
}

run "a_subject_is_an_address" {
  command = plan

  variables {
    workspace_subject = "incident-bot"
  }

  expect_failures = [var.workspace_subject]
}

run "a_subject_is_no_service_account" {
  command = plan

  variables {
    workspace_subject = "incident-worker@incident-bot-test.iam.gserviceaccount.com"
  }

  expect_failures = [var.workspace_subject]
}

run "a_channel_has_no_hash" {
  command = plan

  variables {
    announcement_channel = "#incident-sre"
  }

  expect_failures = [var.announcement_channel]
}

run "a_user_group_is_an_id" {
  command = plan

  variables {
    oncall_groups = ["@sre-oncall"]
  }

  expect_failures = [var.oncall_groups]
}

run "there_is_one_comms_group_by_its_id" {
  command = plan

  variables {
    comms_group = "S0COMMS01,S0COMMS02"
  }

  expect_failures = [var.comms_group]
}

run "an_emoji_is_named" {
  command = plan

  variables {
    timeline_emoji = "memo, pushpin"
  }

  expect_failures = [var.timeline_emoji]
}

run "a_timezone_is_not_an_offset" {
  command = plan

  variables {
    timezone = "EST5"
  }

  expect_failures = [var.timezone]
}

run "the_bot_speaks_both_languages_and_brings_in_comms" {
  command = plan

  variables {
    locale         = "both"
    comms_group    = "S0COMMS01"
    timeline_emoji = "pushpin"
  }

  assert {
    condition = alltrue([
      for function in [google_cloudfunctions2_function.slack, google_cloudfunctions2_function.worker] :
      function.service_config[0].environment_variables["INCIDENT_TIMELINE_EMOJI"] == "pushpin"
    ])
    error_message = "Both functions are to know the reaction: Slack tells of all there are."
  }

  assert {
    condition     = google_cloudfunctions2_function.slack.service_config[0].environment_variables["INCIDENT_LOCALE"] == "both"
    error_message = "Whoever opens a form is to be spoken to in one of the languages of the channels."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].environment_variables["INCIDENT_LOCALE"] == "both"
    error_message = "The channels are to be spoken to in both languages."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].environment_variables["INCIDENT_COMMS_GROUP"] == "S0COMMS01"
    error_message = "The worker is to know whom to bring in."
  }
}

run "the_bot_speaks_two_languages" {
  command = plan

  variables {
    locale = "de"
  }

  expect_failures = [var.locale]
}

run "the_code_needs_a_newer_python" {
  command = plan

  variables {
    python_runtime = "python310"
  }

  expect_failures = [var.python_runtime]
}

run "instances_are_whole" {
  command = plan

  variables {
    webhook_min_instances = 0.5
  }

  expect_failures = [var.webhook_min_instances]
}

run "pubsub_gives_up_after_a_hundred" {
  command = plan

  variables {
    max_delivery_attempts = 101
  }

  expect_failures = [var.max_delivery_attempts]
}

run "a_message_can_be_published_anew_before_it_is_given_up" {
  command = plan

  variables {
    max_delivery_attempts = 9
  }

  expect_failures = [var.max_delivery_attempts]
}

run "a_schedule_has_five_fields" {
  command = plan

  variables {
    tick_schedule = "every minute"
  }

  expect_failures = [var.tick_schedule]
}

run "a_database_has_a_name" {
  command = plan

  variables {
    database = "Incidents"
  }

  expect_failures = [var.database]
}

run "audit_lines_are_kept_for_a_month" {
  command = plan

  variables {
    audit_retention_days = 7
  }

  expect_failures = [var.audit_retention_days]
}

run "not_everybody_is_an_auditor" {
  command = plan

  variables {
    auditors = ["allUsers"]
  }

  expect_failures = [var.auditors]
}

run "not_everybody_is_an_operator" {
  command = plan

  variables {
    operators = ["allAuthenticatedUsers"]
  }

  expect_failures = [var.operators]
}

run "an_operator_is_written_with_its_kind" {
  command = plan

  variables {
    operators = ["platform@example.org"]
  }

  expect_failures = [var.operators]
}

run "an_alert_goes_to_an_address" {
  command = plan

  variables {
    alert_emails = ["sre"]
  }

  expect_failures = [var.alert_emails]
}

run "an_alert_goes_to_somebody" {
  command = plan

  variables {
    alert_emails = []
  }

  expect_failures = [var.alert_emails]
}

run "a_notification_channel_has_a_full_name" {
  command = plan

  variables {
    notification_channels = ["42"]
  }

  expect_failures = [var.notification_channels]
}

run "the_runbook_is_on_the_web" {
  command = plan

  variables {
    runbook_url = "docs/runbook.md"
  }

  expect_failures = [var.runbook_url]
}
