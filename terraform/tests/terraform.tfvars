# What every test begins with, whatever the root's own terraform.tfvars says; a test changes what it is about.

project        = "incident-bot-test"
region         = "northamerica-northeast1"
template_id    = "1TemplateTemplate"
folder_id      = "1FolderFolderFolder"
spreadsheet_id = "1SpreadsheetSpreadsheet"
sheet          = "Incidents"

workspace_subject    = "incident-bot@example.org"
announcement_channel = "incident-sre"
oncall_groups        = []
comms_group          = ""
timeline_emoji       = "memo"
timezone             = "UTC"
locale               = "en"

python_runtime        = "python314"
webhook_min_instances = 1
max_delivery_attempts = 100
tick_schedule         = "* * * * *"
checkout              = "./tests/checkout"

database               = "incidents"
delete_protection      = true
point_in_time_recovery = true
audit_retention_days   = 400
audit_locked           = false
auditors               = ["group:auditors@example.org"]

operators             = []
alert_emails          = ["sre@example.org"]
notification_channels = []
runbook_url           = "https://wiki.example.org/runbook"
