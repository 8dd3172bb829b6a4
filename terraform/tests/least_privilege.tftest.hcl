# Who may do what, and that nobody may do more. The last run reads the root's own files, since what is not there
# cannot be asserted on.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "each_function_has_an_account_of_its_own" {
  assert {
    condition     = google_cloudfunctions2_function.slack.service_config[0].service_account_email == google_service_account.slack.email && google_cloudfunctions2_function.worker.service_config[0].service_account_email == google_service_account.worker.email
    error_message = "Each function runs as its own account."
  }

  assert {
    condition     = length(toset([google_service_account.slack.account_id, google_service_account.worker.account_id, google_service_account.push.account_id, google_service_account.build.account_id])) == 4
    error_message = "Nobody shares an account."
  }

  assert {
    condition     = alltrue([for function in [google_cloudfunctions2_function.slack, google_cloudfunctions2_function.worker] : function.build_config[0].service_account == google_service_account.build.id])
    error_message = "Builds run as an account of their own, not as Compute Engine's default one."
  }
}

run "only_pushes_reach_the_worker" {
  assert {
    condition     = google_cloud_run_v2_service_iam_binding.worker_invoker.name == google_cloudfunctions2_function.worker.name && google_cloud_run_v2_service_iam_binding.worker_invoker.role == "roles/run.invoker"
    error_message = "The binding is about calling the worker."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_binding.worker_invoker.members == toset([google_service_account.push.member])
    error_message = "The push account, and nobody else, calls the worker."
  }

  assert {
    condition     = google_cloudfunctions2_function.worker.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "The worker is not reached from the internet."
  }
}

run "slack_reaches_the_webhook" {
  assert {
    condition     = google_cloud_run_v2_service_iam_binding.slack_invoker.name == google_cloudfunctions2_function.slack.name && google_cloud_run_v2_service_iam_binding.slack_invoker.role == "roles/run.invoker" && google_cloud_run_v2_service_iam_binding.slack_invoker.members == toset(["allUsers"])
    error_message = "Slack calls the webhook without a Google account."
  }

  assert {
    condition     = google_cloudfunctions2_function.slack.service_config[0].ingress_settings == "ALLOW_ALL"
    error_message = "Slack comes from the internet."
  }
}

run "the_functions_publish_to_the_topic_and_nothing_else_does" {
  assert {
    condition     = google_pubsub_topic_iam_binding.publisher.topic == google_pubsub_topic.interactions.id && google_pubsub_topic_iam_binding.publisher.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_binding.publisher.members == toset([google_service_account.slack.member, google_service_account.worker.member])
    error_message = "The Slack function publishes what people do, the worker what is due; nobody else publishes to the topic."
  }

  assert {
    condition     = google_pubsub_topic_iam_binding.dead_letter_publisher.topic == google_pubsub_topic.dead_letters.id && !contains(google_pubsub_topic_iam_binding.dead_letter_publisher.members, google_service_account.worker.member)
    error_message = "The worker publishes to its own topic alone."
  }

  assert {
    condition     = !contains(google_pubsub_topic_iam_binding.publisher.members, google_service_account.push.member) && !contains(google_pubsub_topic_iam_binding.publisher.members, google_service_account.build.member)
    error_message = "Pushes and builds publish nothing."
  }
}

run "the_webhook_reads_two_secrets" {
  assert {
    condition     = toset([for key, grant in google_secret_manager_secret_iam_member.accessor : key if grant.member == google_service_account.slack.member]) == toset(["slack/signing_secret", "slack/bot_token"])
    error_message = "The webhook reads both secrets."
  }

  assert {
    condition     = toset([for key, grant in google_secret_manager_secret_iam_member.accessor : key if grant.member == google_service_account.worker.member]) == toset(["worker/bot_token"])
    error_message = "The worker reads the token, not the signing secret."
  }

  assert {
    condition     = alltrue([for key, grant in google_secret_manager_secret_iam_member.accessor : grant.secret_id == google_secret_manager_secret.slack[split("/", key)[1]].id && grant.role == "roles/secretmanager.secretAccessor"])
    error_message = "Each grant is on the secret that it is named after."
  }

  assert {
    condition     = { for key, grant in google_secret_manager_secret_iam_member.viewer : key => [grant.secret_id, grant.member, grant.role] } == { for key, grant in google_secret_manager_secret_iam_member.accessor : key => [grant.secret_id, grant.member, "roles/secretmanager.viewer"] }
    error_message = "Who reads a secret sees its versions, on that secret alone."
  }

  assert {
    condition     = google_cloudfunctions2_function.slack.service_config[0].environment_variables["SLACK_SIGNING_SECRET"] == google_secret_manager_secret.slack["signing_secret"].id && google_cloudfunctions2_function.slack.service_config[0].environment_variables["SLACK_BOT_TOKEN"] == google_secret_manager_secret.slack["bot_token"].id
    error_message = "The settings name the secrets; they hold no value."
  }
}

run "the_project_grants_three_things" {
  assert {
    condition     = google_project_iam_member.worker_store.member == google_service_account.worker.member && google_project_iam_member.worker_store.role == "roles/datastore.user"
    error_message = "The worker, and not the webhook, uses Firestore."
  }

  assert {
    condition     = google_project_iam_member.worker_store.condition[0].expression == "resource.name == \"projects/incident-bot-test/databases/incidents\""
    error_message = "The worker uses its own database alone."
  }

  assert {
    condition     = google_project_iam_member.build_logs.member == google_service_account.build.member && google_project_iam_member.build_logs.role == "roles/logging.logWriter" && google_project_iam_member.build_source.member == google_service_account.build.member && google_project_iam_member.build_source.role == "roles/storage.objectViewer"
    error_message = "Builds write logs and read sources."
  }

  assert {
    condition     = strcontains(google_project_iam_member.build_source.condition[0].expression, "gcf-v2-sources-123456789012-northamerica-northeast1")
    error_message = "Builds read Cloud Functions' sources alone."
  }
}

run "delegation_needs_no_key" {
  assert {
    condition     = google_service_account_iam_binding.worker_token[0].service_account_id == google_service_account.worker.id && google_service_account_iam_binding.worker_token[0].members == toset([google_service_account.worker.member]) && google_service_account_iam_binding.worker_token[0].role == "roles/iam.serviceAccountTokenCreator"
    error_message = "The worker, and nobody else, signs as the worker."
  }
}

run "no_subject_no_delegation" {
  variables {
    workspace_subject = ""
  }

  assert {
    condition     = length(google_service_account_iam_binding.worker_token) == 0
    error_message = "A right that is not needed is not given."
  }
}

run "nothing_else_is_granted" {
  command = plan

  # Of the whole project nobody publishes: what may be published to is one topic.
  assert {
    condition     = length(regexall("roles/pubsub\\.publisher", join("\n", [for name in fileset(path.module, "*.tf") : file("${path.module}/${name}")]))) == 2
    error_message = "The right to publish is granted twice: on the topic, and on that of the dead letters."
  }

  # Keys, values of secrets, and grants of a whole project or to whole groups of accounts.
  assert {
    condition = alltrue(flatten([
      for name in fileset(path.module, "*.tf") : [
        for word in ["google_service_account_key", "google_secret_manager_secret_version", "secret_data", "google_project_iam_binding", "google_project_iam_policy", "roles/owner", "roles/editor", "allAuthenticatedUsers"] :
        !strcontains(file("${path.module}/${name}"), word)
      ]
    ]))
    error_message = "Nobody holds a key, no secret's value is in the state, and no grant is of a whole project."
  }

  assert {
    condition = toset(flatten([
      for name in fileset(path.module, "*.tf") : regexall("resource \"(google_[a-z0-9_]+_iam_[a-z]+\" \"[a-z_]+)\"", file("${path.module}/${name}"))
      ])) == toset([
      "google_artifact_registry_repository_iam_member\" \"build_image",
      "google_cloud_run_v2_service_iam_binding\" \"slack_invoker",
      "google_cloud_run_v2_service_iam_binding\" \"worker_invoker",
      "google_logging_log_view_iam_member\" \"auditor",
      "google_project_iam_member\" \"build_logs",
      "google_project_iam_member\" \"build_source",
      "google_project_iam_member\" \"operator",
      "google_project_iam_member\" \"operator_store",
      "google_project_iam_member\" \"worker_store",
      "google_pubsub_subscription_iam_binding\" \"dead_letter_subscriber",
      "google_pubsub_subscription_iam_binding\" \"operator_subscriber",
      "google_pubsub_subscription_iam_binding\" \"operator_viewer",
      "google_pubsub_topic_iam_binding\" \"dead_letter_publisher",
      "google_pubsub_topic_iam_binding\" \"operator_viewer",
      "google_pubsub_topic_iam_binding\" \"publisher",
      "google_secret_manager_secret_iam_member\" \"accessor",
      "google_secret_manager_secret_iam_member\" \"operator_token",
      "google_secret_manager_secret_iam_member\" \"operator_viewer",
      "google_secret_manager_secret_iam_member\" \"viewer",
      "google_service_account_iam_binding\" \"push_token",
      "google_service_account_iam_binding\" \"worker_token",
      "google_storage_bucket_iam_member\" \"build_source",
    ])
    error_message = "A grant was added or taken away: say here whom it is to, and assert above, or in operators.tftest.hcl, that it is no more."
  }
}
