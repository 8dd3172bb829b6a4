# The archive is built by `python3 terraform/package.py`, by its content's name. So a checkout that has changed
# since then wants another archive, and says so, instead of deploying the old one.

locals {
  checkout = coalesce(var.checkout, "${path.module}/..")

  # The same list, in the same order, as in package.py.
  source_files = sort([
    for name in concat(
      tolist(fileset(local.checkout, "{main.py,requirements.txt}")),
      tolist(fileset(local.checkout, "incident/**")),
    ) : name
    if !startswith(name, "incident/sandbox/") && !strcontains(name, "__pycache__/")
  ])
  source_digest  = sha256(join("", [for name in local.source_files : "${filesha256("${local.checkout}/${name}")}  ${name}\n"]))
  source_archive = "${local.checkout}/terraform/build/source-${substr(local.source_digest, 0, 16)}.zip"
}

resource "google_storage_bucket" "source" {
  # checkov:skip=CKV_GCP_62: holds the code alone, which the repository has too; Cloud Audit Logs has who changed it

  name                        = "${var.project}-incident-bot-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # everything in it can be built again

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_storage_bucket_object" "source" {
  name   = basename(local.source_archive)
  bucket = google_storage_bucket.source.name
  source = local.source_archive

  lifecycle {
    precondition {
      condition     = fileexists(local.source_archive)
      error_message = "There is no archive of the checkout as it is now. Build it with: python3 terraform/package.py"
    }
  }
}

resource "google_artifact_registry_repository" "images" {
  # checkov:skip=CKV_GCP_84: the images are the code and open-source packages, without a secret

  repository_id = "incident-bot"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the two functions, built by Cloud Build."

  cleanup_policies {
    id     = "keep-the-last-ones"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-old-ones"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [google_project_service.apis]
}
