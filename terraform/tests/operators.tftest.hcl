# What whoever is on call for the bot may do without owning the project, and no more.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  operators = ["group:platform@example.org", "user:alice@example.org"]
}

run "operators_act_as_the_worker_beside_the_worker" {
  assert {
    condition     = google_service_account_iam_binding.worker_token[0].service_account_id == google_service_account.worker.id && google_service_account_iam_binding.worker_token[0].role == "roles/iam.serviceAccountTokenCreator" && google_service_account_iam_binding.worker_token[0].members == toset(concat([google_service_account.worker.member], var.operators))
    error_message = "One binding has both: a second one would throw the first one's members out."
  }

  assert {
    condition     = alltrue([for operator in var.operators : !contains(google_service_account_iam_binding.push_token.members, operator)])
    error_message = "Nobody acts as the push account."
  }
}

run "operators_without_a_subject" {
  variables {
    workspace_subject = ""
  }

  assert {
    condition     = google_service_account_iam_binding.worker_token[0].members == toset(var.operators)
    error_message = "Operators act as the worker, which has no need to sign for itself."
  }
}

run "operators_put_dead_letters_back" {
  assert {
    condition     = google_pubsub_subscription_iam_binding.operator_subscriber[0].subscription == google_pubsub_subscription.dead_letters.id && google_pubsub_subscription_iam_binding.operator_subscriber[0].role == "roles/pubsub.subscriber" && google_pubsub_subscription_iam_binding.operator_subscriber[0].members == toset(var.operators)
    error_message = "Operators pull dead letters, and nothing else."
  }

  assert {
    condition     = google_pubsub_topic_iam_binding.publisher.members == toset(concat([google_service_account.slack.member, google_service_account.worker.member], var.operators))
    error_message = "Operators publish beside the functions."
  }

  assert {
    condition     = alltrue([for operator in var.operators : !contains(google_pubsub_subscription_iam_binding.dead_letter_subscriber.members, operator)])
    error_message = "Operators take nothing off the worker's subscription."
  }
}

run "operators_see_how_everything_is_joined" {
  assert {
    condition     = { for name, grant in google_pubsub_topic_iam_binding.operator_viewer : name => grant.topic } == { interactions = google_pubsub_topic.interactions.id, dead_letters = google_pubsub_topic.dead_letters.id } && { for name, grant in google_pubsub_subscription_iam_binding.operator_viewer : name => grant.subscription } == { worker = google_pubsub_subscription.worker.id, dead_letters = google_pubsub_subscription.dead_letters.id }
    error_message = "The doctor looks at both topics and both subscriptions."
  }

  assert {
    condition     = alltrue([for grant in concat(values(google_pubsub_topic_iam_binding.operator_viewer), values(google_pubsub_subscription_iam_binding.operator_viewer)) : grant.role == "roles/pubsub.viewer" && grant.members == toset(var.operators)])
    error_message = "Operators look, and change nothing."
  }

  assert {
    condition     = toset([for grant in google_secret_manager_secret_iam_member.operator_viewer : "${grant.secret_id} ${grant.role} ${grant.member}"]) == toset([for pair in setproduct(["signing_secret", "bot_token"], var.operators) : "${google_secret_manager_secret.slack[pair[0]].id} roles/secretmanager.viewer ${pair[1]}"])
    error_message = "Operators see the versions of both secrets."
  }

  assert {
    condition     = alltrue([for operator, grant in google_secret_manager_secret_iam_member.operator_token : grant.secret_id == google_secret_manager_secret.slack["bot_token"].id && grant.role == "roles/secretmanager.secretAccessor" && grant.member == operator]) && toset(keys(google_secret_manager_secret_iam_member.operator_token)) == toset(var.operators)
    error_message = "Operators read the bot's token, not the signing secret: nobody needs to sign as Slack."
  }

  assert {
    condition     = toset(keys(google_logging_log_view_iam_member.auditor)) == toset(concat(var.auditors, var.operators))
    error_message = "Operators read the audit view, as auditors do."
  }
}

run "operators_change_nothing_in_the_project" {
  assert {
    condition     = alltrue([for operator, grant in google_project_iam_member.operator_store : grant.role == "roles/datastore.viewer" && grant.member == operator && grant.condition[0].expression == "resource.name == \"projects/incident-bot-test/databases/incidents\""])
    error_message = "Operators read the bot's own database alone."
  }

  assert {
    condition     = toset([for grant in google_project_iam_member.operator : "${grant.role} ${grant.member}"]) == toset([for pair in setproduct(["logging.viewer", "monitoring.viewer", "serviceusage.serviceUsageConsumer"], var.operators) : "roles/${pair[0]} ${pair[1]}"])
    error_message = "Operators read logs and figures, and their calls are counted on the project."
  }
}

run "without_operators_there_are_no_such_rights" {
  variables {
    operators = []
  }

  assert {
    condition     = length(google_pubsub_topic_iam_binding.operator_viewer) + length(google_pubsub_subscription_iam_binding.operator_viewer) + length(google_pubsub_subscription_iam_binding.operator_subscriber) + length(google_secret_manager_secret_iam_member.operator_viewer) + length(google_secret_manager_secret_iam_member.operator_token) + length(google_project_iam_member.operator_store) + length(google_project_iam_member.operator) == 0
    error_message = "A right that nobody needs is not given."
  }

  assert {
    condition     = google_service_account_iam_binding.worker_token[0].members == toset([google_service_account.worker.member]) && google_pubsub_topic_iam_binding.publisher.members == toset([google_service_account.slack.member, google_service_account.worker.member])
    error_message = "The functions alone have what they need."
  }
}
