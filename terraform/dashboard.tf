# The same numbers that the alerts watch, and how much the bot has to do.

locals {
  charts = {
    "Slack waits, p99 (ms)" = {
      filter  = local.thresholds.slow_acknowledgement.filter
      aligner = "ALIGN_PERCENTILE_99"
      limit   = 2000
    }
    "Oldest message not taken (s)" = {
      filter  = local.thresholds.oldest_message.filter
      aligner = "ALIGN_MAX"
      limit   = local.thresholds.oldest_message.threshold
    }
    "Tries at what waits" = {
      filter  = local.thresholds.waiting.filter
      aligner = "ALIGN_DELTA"
      limit   = 1
    }
    "Failures of the store and of the tick" = {
      filter  = local.thresholds.store_failing.filter
      aligner = "ALIGN_DELTA"
      limit   = 1
    }
    "Dead letters" = {
      filter  = local.thresholds.dead_letters.filter
      aligner = "ALIGN_MAX"
      limit   = 1
    }
    "Requests not signed by Slack" = {
      filter  = local.thresholds.signature_failures.filter
      aligner = "ALIGN_DELTA"
      limit   = 20
    }
  }

  tiles = concat(
    [
      for title, chart in local.charts : {
        title = title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter      = chart.filter
                aggregation = { alignmentPeriod = "60s", perSeriesAligner = chart.aligner, crossSeriesReducer = "REDUCE_MAX" }
              }
            }
          }]
          thresholds = [{ value = chart.limit }]
        }
      }
    ],
    [
      {
        title = "What somebody had to look at"
        logsPanel = {
          filter        = local.audit_queries.failures.filter
          resourceNames = ["projects/${var.project}"]
        }
      }
    ]
  )
}

resource "google_monitoring_dashboard" "bot" {
  dashboard_json = jsonencode({
    displayName = "Incident bot"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, tile in local.tiles : {
          xPos   = index % 2 * 24
          yPos   = floor(index / 2) * 16
          width  = index == length(local.tiles) - 1 ? 48 : 24
          height = 16
          widget = tile
        }
      ]
    }
  })

  depends_on = [google_project_service.apis]
}
