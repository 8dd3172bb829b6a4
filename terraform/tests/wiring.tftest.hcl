# How the parts are joined: who pushes where, who moves a dead letter, and times that agree with the engine.
# Run with `terraform test`; nothing is created, and no credentials are looked for.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "messages_reach_the_worker" {
  assert {
    condition     = google_pubsub_subscription.worker.topic == google_pubsub_topic.interactions.id
    error_message = "The worker's subscription is to the topic that the Slack function publishes to."
  }

  assert {
    condition     = google_cloudfunctions2_function.slack.service_config[0].environment_variables["INCIDENT_TOPIC"] == google_pubsub_topic.interactions.name
    error_message = "The Slack function is told the topic that is subscribed to."
  }

  assert {
    condition     = google_pubsub_subscription.worker.push_config[0].push_endpoint == google_cloudfunctions2_function.worker.service_config[0].uri
    error_message = "Messages are pushed to the worker."
  }

  assert {
    condition     = google_pubsub_subscription.worker.push_config[0].push_endpoint != google_cloudfunctions2_function.slack.service_config[0].uri
    error_message = "Messages are not pushed to the Slack function."
  }

  assert {
    condition     = google_pubsub_subscription.worker.push_config[0].oidc_token[0].service_account_email == google_service_account.push.email
    error_message = "Pushes are signed as the push account."
  }

  assert {
    condition     = google_pubsub_subscription.worker.push_config[0].oidc_token[0].audience == google_cloudfunctions2_function.worker.service_config[0].uri
    error_message = "The token is for the worker alone."
  }

  assert {
    condition     = google_service_account_iam_binding.push_token.service_account_id == google_service_account.push.id && google_service_account_iam_binding.push_token.role == "roles/iam.serviceAccountTokenCreator" && google_service_account_iam_binding.push_token.members == toset(["serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"])
    error_message = "Pub/Sub's agent, and nobody else, makes tokens of the push account."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.build_config[0].entry_point == "worker" && google_cloudfunctions2_function.slack.build_config[0].entry_point == "slack"
    error_message = "Each function runs its own entry point of main.py."
  }
}

run "a_message_that_nobody_can_carry_out_is_kept" {
  assert {
    condition     = google_pubsub_subscription.worker.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.dead_letters.id
    error_message = "Messages that were given up go to the dead-letter topic."
  }

  assert {
    condition     = google_pubsub_subscription.dead_letters.topic == google_pubsub_topic.dead_letters.id
    error_message = "A dead letter that nobody subscribes to is lost."
  }

  assert {
    condition     = google_pubsub_topic_iam_binding.dead_letter_publisher.topic == google_pubsub_topic.dead_letters.id && google_pubsub_topic_iam_binding.dead_letter_publisher.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_binding.dead_letter_publisher.members == toset(["serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"])
    error_message = "Pub/Sub's agent publishes the dead letters."
  }

  assert {
    condition     = google_pubsub_subscription_iam_binding.dead_letter_subscriber.subscription == google_pubsub_subscription.worker.id && google_pubsub_subscription_iam_binding.dead_letter_subscriber.role == "roles/pubsub.subscriber" && google_pubsub_subscription_iam_binding.dead_letter_subscriber.members == toset(["serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"])
    error_message = "Pub/Sub's agent takes what it moved off the worker's subscription."
  }

  assert {
    condition     = alltrue([for subscription in [google_pubsub_subscription.worker, google_pubsub_subscription.dead_letters] : subscription.expiration_policy[0].ttl == ""])
    error_message = "A subscription that expires is gone after a month without incidents."
  }

  assert {
    condition     = google_pubsub_subscription.worker.message_retention_duration == "604800s" && google_pubsub_subscription.dead_letters.message_retention_duration == "2678400s"
    error_message = "What is not taken is kept for a week, and a dead letter for a month."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].environment_variables["INCIDENT_MAX_DELIVERY_ATTEMPTS"] == tostring(google_pubsub_subscription.worker.dead_letter_policy[0].max_delivery_attempts)
    error_message = "The worker knows which delivery is the last."
  }
}

run "times_agree" {
  assert {
    condition     = google_pubsub_subscription.worker.ack_deadline_seconds > google_cloudfunctions2_function.worker.service_config[0].timeout_seconds
    error_message = "Pub/Sub would deliver again while the function still runs."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].timeout_seconds > local.longest_delivery_seconds
    error_message = "The function would be stopped in the middle of a delivery."
  }

  assert {
    condition     = google_pubsub_subscription.worker.ack_deadline_seconds <= 600
    error_message = "Pub/Sub takes at most ten minutes."
  }

  assert {
    condition     = google_pubsub_subscription.worker.retry_policy[0].minimum_backoff == "5s" && google_pubsub_subscription.worker.retry_policy[0].maximum_backoff == "60s"
    error_message = "A command is taken soon after the store is back."
  }

  assert {
    condition     = alltrue([for function in [google_cloudfunctions2_function.slack, google_cloudfunctions2_function.worker] : tonumber(function.service_config[0].available_cpu) >= 1 && function.service_config[0].max_instance_request_concurrency > 1])
    error_message = "Concurrency above 1 wants a whole CPU."
  }

  assert {
    condition     = alltrue([for function in [google_cloudfunctions2_function.slack, google_cloudfunctions2_function.worker] : function.service_config[0].environment_variables["THREADS"] == tostring(function.service_config[0].max_instance_request_concurrency)])
    error_message = "A request that no thread takes waits inside an instance."
  }
}

run "the_worker_writes_to_the_database_that_is_made" {
  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].environment_variables["INCIDENT_STORE"] == "firestore:${google_firestore_database.incidents.name}"
    error_message = "The worker is told the database's name."
  }

  assert {
    condition     = google_firestore_database.incidents.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.incidents.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database is protected unless somebody says otherwise."
  }

  assert {
    condition     = google_firestore_field.run_expires.collection == "runs" && google_firestore_field.run_expires.field == "expires" && length(google_firestore_field.run_expires.ttl_config) == 1 && google_firestore_field.run_expires.database == google_firestore_database.incidents.name
    error_message = "Runs that are done are deleted by the field that the store writes."
  }
}

run "the_default_database_has_no_name_in_the_settings" {
  variables {
    database = "(default)"
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].environment_variables["INCIDENT_STORE"] == "firestore"
    error_message = "The default database is `firestore`."
  }
}

run "the_doctor_is_told_what_the_worker_is" {
  variables {
    sheet = "L'année"
  }

  assert {
    condition     = strcontains(output.environment, "export INCIDENT_SHEET='L'\\''année'\n")
    error_message = "A shell reads the value back as it is."
  }

  assert {
    condition     = length(split("\n", output.environment)) == length(local.worker_environment)
    error_message = "There is a line for each setting."
  }
}

run "the_tick_is_a_message_the_worker_reads" {
  assert {
    condition     = google_cloud_scheduler_job.tick.schedule == "* * * * *"
    error_message = "What waits goes on a minute after it can."
  }

  assert {
    condition     = google_cloud_scheduler_job.tick.pubsub_target[0].topic_name == google_pubsub_topic.interactions.id
    error_message = "The tick takes the same way as everything else."
  }

  assert {
    condition     = toset(keys(jsondecode(base64decode(google_cloud_scheduler_job.tick.pubsub_target[0].data)))) == toset(["version", "id", "kind", "received_at", "actor", "channel", "payload"])
    error_message = "The tick has the fields of incident/model/interaction.py."
  }

  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.tick.pubsub_target[0].data)).kind == "tick" && google_cloud_scheduler_job.tick.pubsub_target[0].attributes["kind"] == "tick"
    error_message = "The tick says what it is."
  }
}

run "what_is_deployed_is_the_checkout" {
  assert {
    condition     = join(" ", local.source_files) == "incident/__init__.py main.py requirements.txt"
    error_message = "The sandbox and the tests are not deployed."
  }

  # The archive in tests/checkout was made by package.py: the two agree on what the digest is.
  assert {
    condition     = google_storage_bucket_object.source.name == "source-d7adb7c6217adac9.zip"
    error_message = "package.py and source.tf give the archive the same name."
  }

  assert {
    condition     = alltrue([for function in [google_cloudfunctions2_function.slack, google_cloudfunctions2_function.worker] : function.build_config[0].source[0].storage_source[0].object == google_storage_bucket_object.source.name])
    error_message = "Both functions are built from the archive."
  }
}

run "a_checkout_without_its_archive_is_not_deployed" {
  command = plan

  variables {
    checkout = "./tests"
  }

  expect_failures = [google_storage_bucket_object.source]
}
