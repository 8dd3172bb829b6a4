resource "google_firestore_database" "incidents" {
  name                              = var.database
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  delete_protection_state           = var.delete_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  point_in_time_recovery_enablement = var.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  deletion_policy                   = "DELETE"

  depends_on = [google_project_service.apis]
}

# The store keeps runs, incidents with their facts, surfaces, and the names of channels (incident/store/firestore.py). Every
# query is by one field, and those Firestore indexes by itself: no composite index is needed.

# Runs that are done are deleted when they expire; all else is kept.
resource "google_firestore_field" "run_expires" {
  database   = google_firestore_database.incidents.name
  collection = "runs"
  field      = "expires"

  ttl_config {}
  index_config {} # no index: nobody asks for it, and times that only grow make one a bottleneck
}

# What the steps returned is only ever read with its run.
resource "google_firestore_field" "run_steps" {
  database   = google_firestore_database.incidents.name
  collection = "runs"
  field      = "steps"

  index_config {}
}

# What an incident is made of is only ever read with it; `status`, `channel_id` and `declared_at` are asked for.
resource "google_firestore_field" "incident_parts" {
  for_each = toset(["stamps", "roles", "calls", "actions", "decisions", "offers", "reasons", "source", "followers", "undone", "undone_by", "last_update", "findings", "marks"])

  database   = google_firestore_database.incidents.name
  collection = "incidents"
  field      = each.value

  index_config {}
}
