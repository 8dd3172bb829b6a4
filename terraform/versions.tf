# Terraform >= 1.9: a variable's validation may look at another variable.
terraform {
  required_version = ">= 1.9"

  # The bucket is given at `terraform init -backend-config="bucket=..."`; docs/deploy.md makes it.
  backend "gcs" {
    prefix = "incident-bot"
  }

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region

  default_labels = {
    app = "incident-bot"
  }
}
