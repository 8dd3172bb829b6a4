# --- Where ------------------------------------------------------------------------------------------------

variable "project" {
  description = "Id of the Google Cloud project that the bot has to itself."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens and begins with a letter; it is not the project's number or name."
  }
}

variable "region" {
  description = "Region of the functions, the database, the messages and the audit log, for example northamerica-northeast1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "A region looks like northamerica-northeast1, without the letter of a zone."
  }
}

# --- What the bot works with: the lines that `incident bootstrap` prints ------------------------------------

variable "template_id" {
  description = "Drive id of the incident report template."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{10,}$", var.template_id))
    error_message = "A Drive id is what stands between /d/ and /edit in the document's address, not the whole address."
  }
}

variable "folder_id" {
  description = "Drive id of the incidents folder, in a Shared Drive."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{10,}$", var.folder_id))
    error_message = "A folder's id is what stands after /folders/ in its address, not the whole address."
  }
}

variable "spreadsheet_id" {
  description = "Drive id of the tracking spreadsheet."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{10,}$", var.spreadsheet_id))
    error_message = "A Drive id is what stands between /d/ and /edit in the spreadsheet's address, not the whole address."
  }
}

variable "sheet" {
  description = "Tab of the tracking spreadsheet."
  type        = string
  default     = "Incidents"

  validation {
    condition     = trimspace(var.sheet) != ""
    error_message = "The tab has a name."
  }
}

variable "workspace_subject" {
  description = "Workspace user that the bot acts as, by domain-wide delegation without a key. Meet needs one; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^@\\s]+@[^@\\s]+\\.[^@\\s]+)?$", var.workspace_subject))
    error_message = "The subject is the e-mail address of a Workspace user."
  }

  validation {
    condition     = !endswith(var.workspace_subject, ".gserviceaccount.com")
    error_message = "The subject is a Workspace user; a service account cannot open a Meet call."
  }
}

variable "announcement_channel" {
  description = "Slack channel where new incidents are announced, id or name without the #."
  type        = string
  default     = "incident-sre"

  validation {
    condition     = can(regex("^([CG][A-Z0-9]{8,}|[a-z0-9_-]{1,80})$", var.announcement_channel))
    error_message = "A channel is its id (C...) or its name in lower case without the #."
  }
}

variable "oncall_groups" {
  description = "Ids of the Slack user groups that are invited to every new incident."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for group in var.oncall_groups : can(regex("^S[A-Z0-9]{8,}$", group))])
    error_message = "A user group's id begins with S; it is not the group's @name."
  }
}

variable "comms_group" {
  description = "Id of the Slack user group that speaks for the organisation and is brought in with `page comms`; empty for none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(S[A-Z0-9]{8,})?$", var.comms_group))
    error_message = "A user group's id begins with S; it is not the group's @name."
  }
}

variable "timeline_emoji" {
  description = "Name of the reaction that puts a message into the timeline of its incident, as Slack shows it between colons."
  type        = string
  default     = "memo"

  validation {
    condition     = can(regex("^:?[^\\s:A-Z]{1,100}:?$", var.timeline_emoji))
    error_message = "It is the name of one emoji, such as memo."
  }
}

variable "timezone" {
  description = "IANA timezone that decides the date in channel names and titles."
  type        = string
  default     = "UTC"

  validation {
    condition     = can(regex("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z0-9_+-]+){1,2})$", var.timezone))
    error_message = "A timezone looks like America/Toronto."
  }
}

variable "locale" {
  description = "The bot's language where everybody reads it: en, fr or both."
  type        = string
  default     = "en"

  validation {
    condition     = contains(["en", "fr", "both"], var.locale)
    error_message = "The bot speaks en, fr or both."
  }
}

# --- How it runs ------------------------------------------------------------------------------------------

variable "python_runtime" {
  description = "Runtime of both functions. https://cloud.google.com/run/docs/runtimes/python"
  type        = string
  default     = "python314"

  validation {
    condition     = contains(["python311", "python312", "python313", "python314"], var.python_runtime)
    error_message = "The code runs on python311 to python314."
  }
}

variable "webhook_min_instances" {
  description = "Instances of the Slack function that are kept warm. With 0 the first command after a quiet while can miss Slack's three seconds."
  type        = number
  default     = 1

  validation {
    condition     = floor(var.webhook_min_instances) == var.webhook_min_instances && var.webhook_min_instances >= 0 && var.webhook_min_instances <= 5
    error_message = "0 to 5 instances can be kept warm."
  }
}

variable "max_delivery_attempts" {
  description = "Deliveries of one message before it becomes a dead letter. What merely waits for a service is acknowledged and not counted; a message that cannot be put on record, as the store is down, is published anew by the worker before its last deliveries. So only what cannot be read, or stays refused, gets there."
  type        = number
  default     = 100

  validation {
    condition     = floor(var.max_delivery_attempts) == var.max_delivery_attempts && var.max_delivery_attempts >= 10 && var.max_delivery_attempts <= 100
    error_message = "Pub/Sub takes at most 100 attempts, and the worker needs 10 to publish a message anew in time."
  }
}

variable "tick_schedule" {
  description = "When the worker carries on what waits, in cron's format. What waits goes on a minute after it can; with a rarer tick, so much later. Less often than every five minutes raises the alert tick_silence."
  type        = string
  default     = "* * * * *"

  validation {
    condition     = can(regex("^\\S+( \\S+){4}$", var.tick_schedule))
    error_message = "A schedule has five fields, for example * * * * * for every minute."
  }
}

variable "checkout" {
  description = "Directory of the checkout that is deployed; null for the one that this root is part of."
  type        = string
  default     = null
}

# --- What is kept -----------------------------------------------------------------------------------------

variable "database" {
  description = "Firestore database, made here: a name of its own, or (default)."
  type        = string
  default     = "incidents"

  validation {
    condition     = var.database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "A database is (default), or 4 to 63 lower-case letters, digits and hyphens that begin with a letter."
  }
}

variable "delete_protection" {
  description = "Whether Firestore refuses to delete the database, and Secret Manager the secrets. Set it to false, and apply, before removing the bot."
  type        = bool
  default     = true
}

variable "point_in_time_recovery" {
  description = "Whether the database can be read as it was at any minute of the last seven days."
  type        = bool
  default     = true
}

variable "audit_retention_days" {
  description = "Days that audit lines are kept."
  type        = number
  default     = 400

  validation {
    condition     = floor(var.audit_retention_days) == var.audit_retention_days && var.audit_retention_days >= 30 && var.audit_retention_days <= 3650
    error_message = "Cloud Logging keeps lines for 30 to 3650 days here."
  }
}

variable "audit_locked" {
  description = "Whether the audit log's retention is locked. Nobody can undo this, not even Google: first run unlocked for a while."
  type        = bool
  default     = false
}

variable "auditors" {
  description = "Who may read the audit view, and nothing else: group:..., user:..."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for auditor in var.auditors : can(regex("^(user|group|serviceAccount):[^@\\s]+@[^@\\s]+$", auditor))])
    error_message = "An auditor is written as group:auditors@example.org or user:somebody@example.org; nobody reads the audit log anonymously."
  }
}

# --- Who looks after it -----------------------------------------------------------------------------------

variable "operators" {
  description = "Who may run `incident doctor`, `audit` and `replay`: group:..., user:... They act as the worker, so they can do what it can. Owning the project is not enough: name yourself, or a group that you are in."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for operator in var.operators : can(regex("^(user|group|serviceAccount):[^@\\s]+@[^@\\s]+$", operator))])
    error_message = "An operator is written as group:platform@example.org or user:somebody@example.org; nobody acts as the worker anonymously."
  }
}

# --- Who is told ------------------------------------------------------------------------------------------

variable "alert_emails" {
  description = "Addresses that alerts are sent to."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Every alert goes to an e-mail address."
  }

  validation {
    condition     = length(var.alert_emails) + length(var.notification_channels) > 0
    error_message = "An alert that nobody gets is none: set alert_emails or notification_channels."
  }
}

variable "notification_channels" {
  description = "Names of notification channels that exist already, a pager's for example: projects/P/notificationChannels/N."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "A channel's name is projects/P/notificationChannels/N; `gcloud beta monitoring channels list` shows it."
  }
}

variable "runbook_url" {
  description = "Where your copy of docs/runbook.md can be read at 3 a.m.; every alert links to it. Empty for no link."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(https://\\S+)?$", var.runbook_url))
    error_message = "The runbook's address begins with https://."
  }
}
